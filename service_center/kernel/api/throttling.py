"""One budget per principal: the user behind a token or session, else the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PerPrincipal(SimpleRateThrottle):
    """Counts in the process's memory: a bound against runaways, shared state is not worth a query per
    request.
    """

    scope = "principal"

    def __init__(self) -> None:
        super().__init__()
        from django.core.cache.backends.locmem import LocMemCache

        self.cache = LocMemCache("throttle", {})

    def get_cache_key(self, request: Request, view: APIView) -> str:
        if getattr(request.user, "is_authenticated", False):
            return f"throttle:user:{request.user.pk}"
        return f"throttle:address:{self.get_ident(request)}"
