"""Pages travel compressed; static files lie compressed already, answers of the interface are small and many."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Pages(GZipMiddleware):
    """Compresses HTML for whoever takes it; random bytes in the header hide how long a secret in the page is (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
