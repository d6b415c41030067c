"""Refusals: what a verb says when it will not. The web shows the text in the form, the API answers with the code."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class DomainError(Exception):
    """An expected refusal in words a user can read.

    `code` is stable and part of the REST contract, `status` the HTTP status the API answers with, `field` the input
    it belongs to, `extra` further members of the problem document.
    """

    code = "refused"
    status = 409
    message: StrOrPromise = _("这一步现在不能做。")

    def __init__(
        self,
        message: StrOrPromise | None = None,
        *,
        code: str | None = None,
        field: str | None = None,
        **extra: Any,
    ) -> None:
        self.message = self.message if message is None else message
        self.code = code or self.code
        self.field = field
        self.extra = extra
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """Input that is well-formed and still wrong; names its field."""

    code, status = "invalid", 400
    message = _("请检查填写的内容。")


class Forbidden(DomainError):
    """The actor may see the thing but not do this."""

    code, status = "forbidden", 403
    message = _("您没有执行此操作的权限，请联系主管。")


class TransitionNotAllowed(DomainError):
    """The state machine has no such step from here; `allowed` lists the nouns it has."""

    code = "transition_not_allowed"
    message = _("当前状态下不能执行此步骤。")

    def __init__(
        self, *, allowed: Iterable[str] = (), state: str = "", message: StrOrPromise | None = None
    ) -> None:
        super().__init__(message, allowed=sorted(allowed), state=state)


class Stale(DomainError):
    """Somebody else changed it since it was read; `current` is its version now."""

    code, status = "stale", 412
    message = _("在您编辑期间，别人已修改了此记录。请核对后重新提交，您填写的内容已保留。")

    def __init__(self, current: int) -> None:
        super().__init__(current=current)


class LinkDead(DomainError):
    """A customer's link is unknown, used, revoked or expired: all look the same from outside."""

    code, status = "link_dead", 404
    message = _("这个链接已失效。如需帮助，请致电客户服务。")


class KeyRequired(DomainError):
    code, status = "idempotency_key_required", 400
    message = _("写入请求必须带 Idempotency-Key。")


class KeyReused(DomainError):
    code, status = "idempotency_key_reused", 422
    message = _("此 Idempotency-Key 已用于另一个请求。")


class FormReused(KeyReused):
    """A form gone back to, changed and sent again."""

    message = _(
        "这张表单已经提交过，这次修改的内容没有写入。要更正，请打开已保存的记录；要另外登记一份，请再次提交。"
    )


class InProgress(DomainError):
    code = "request_in_progress"
    message = _("相同的请求正在处理，请稍后重试。")


class Busy(DomainError):
    """The database could not serve in time; nothing was written, the same key may be retried."""

    code, status = "busy", 503
    message = _("系统正忙，请稍后重试。您的内容没有丢失。")
