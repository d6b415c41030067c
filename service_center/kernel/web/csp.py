"""Content security policies of single pages that differ from the product's own."""

from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import HttpResponseBase

Page = Callable[..., HttpResponseBase]


def documentation_policy(page: Page) -> Page:
    """Swagger UI sets style attributes by script; scripts stay our own."""
    return csp_replace({"style-src": ["'self'", "'unsafe-inline'"], "img-src": ["'self'", "data:"]})(page)
