"""Who asks: a bearer token or the signed-in browser. Without either the answer is 401 with
WWW-Authenticate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from service_center.kernel import tokens
from service_center.kernel.errors import Forbidden
from service_center.kernel.models import ApiToken, User

if TYPE_CHECKING:
    from rest_framework.views import APIView

REALM = 'Bearer realm="service_center"'


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`. Unknown, expired and revoked tokens are one and the same 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        token = tokens.find(words[1].decode("ascii", "replace")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("令牌无效、已过期或已撤销。"))
        if token.read_only and request.method not in SAFE_METHODS:
            raise Forbidden(_("此令牌只读，不能写入。"))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return REALM


class Session(SessionAuthentication):
    """The signed-in browser, with CSRF protection for writes."""

    def authenticate_header(self, request: Request) -> str:
        return REALM


class IsStaffMember(BasePermission):
    """An active log-in with a person behind it, past the forced change of its first password."""

    message = _("此账号不能使用接口：请先修改初始密码，或联系管理员。")

    def has_permission(self, request: Request, view: APIView) -> bool:
        user: Any = request.user
        return (
            isinstance(user, User)
            and user.is_active
            and not user.must_change_password
            and getattr(user, "person", None) is not None
        )
