"""A log-in's own affairs: passwords, reset links, sessions. Nothing here tells whether a user name exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal, outbox
from service_center.kernel.access import require
from service_center.kernel.errors import Forbidden, Invalid
from service_center.kernel.models import PasswordReset, User, UserSession
from service_center.kernel.tokens import digest

if TYPE_CHECKING:
    from django.db.models import QuerySet

PASSWORD_CHANGED = journal.define("password.changed", _("修改了密码"))
PASSWORD_RESET_ASKED = journal.define("password.reset_asked", _("申请了重设密码的链接"))
PASSWORD_RESET = journal.define("password.reset", _("通过链接重设了密码"))
SESSION_ENDED = journal.define("session.ended", _("结束了一个登录会话"))
TOURED = journal.define("tour.seen", _("看过了导览"))
SIGNED_OUT_EVERYWHERE = journal.define("session.all_ended", _("在所有设备上退出了登录"))
RESET_MESSAGE = outbox.define(
    "account.password_reset",
    _("您正在重设登录密码，请在 %(minutes)s 分钟内打开链接：%(link)s 。如非本人操作，请忽略此消息。"),
    title=_("重设登录密码"),
)
RESETS_PER_HOUR = 3


class WrongPassword(Invalid):
    code = "wrong_password"
    message = _("当前密码不正确。")


class WeakPassword(Invalid):
    code = "weak_password"


class LinkExpired(Forbidden):
    code = "link_expired"
    message = _("此链接已失效，请重新申请。")


def change_password(user: User, *, old: str, new: str, actor: User | None, at: datetime) -> User:
    """Set a new password and end every other session.

    Raises WrongPassword, WeakPassword with the field they belong to.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    require(_is_self, actor, user)
    if not user.check_password(old):
        raise WrongPassword(field="old_password")
    _set_password(user, new)
    journal.record(PASSWORD_CHANGED, user, actor=actor, at=at)
    return user


def _is_self(actor: User, user: User) -> bool:
    return actor.pk == user.pk


def _set_password(user: User, new: str) -> None:
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="new_password") from error
    if user.has_usable_password() and user.check_password(new):
        raise WeakPassword(_("新密码不能与当前密码相同。"), field="new_password")
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    _end_all(user)
    PasswordReset.objects.filter(user=user, used_at=None).delete()


def _end_all(user: User) -> None:
    """Every signed-in browser of the user becomes a stranger's at its next request."""
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


def ask_reset(username: str, *, secret: str, link: str, actor: User | None, at: datetime) -> User | None:
    """Send a reset link to the person behind the user name, at most three an hour; None when there is nobody
    to send to.

    `link` is the address that carries `secret`. Whoever asks is told the same in every case.
    """
    user = User.objects.select_related("person").filter(username=username, is_active=True).first()
    way = _way_to(user) if user is not None else None
    if user is None or way is None:
        return None
    recent = PasswordReset.objects.filter(user=user, created_at__gt=at - timedelta(hours=1))
    if recent.count() >= RESETS_PER_HOUR:
        return None
    lifetime = timedelta(seconds=settings.PASSWORD_RESET_SECONDS)
    reset = PasswordReset.objects.create(
        user=user, digest=digest(secret), created_at=at, expires_at=at + lifetime
    )
    channel, to = way
    outbox.send(
        channel=channel,
        to=to,
        template=RESET_MESSAGE.code,
        context={"link": link, "minutes": int(lifetime.total_seconds() // 60)},
        links=[link],
        subject=user,
        dedupe=f"password-reset:{reset.pk}",
        language=user.language,
        at=at,
    )
    journal.record(PASSWORD_RESET_ASKED, user, actor=actor, at=at, channel=channel)
    return user


def _way_to(user: User) -> tuple[str, str] | None:
    """Channel and address of the person's own contact: e-mail before telephone."""
    person = getattr(user, "person", None)
    for channel, field in (("email", "email"), ("sms", "phone")):
        if address := getattr(person, field, ""):
            return channel, address
    return None


def usable_resets() -> QuerySet[PasswordReset]:
    """Links that are neither used nor expired, of users who may log in; the database's clock decides."""
    return PasswordReset.objects.select_related("user").filter(
        used_at=None, expires_at__gt=Now(), user__is_active=True
    )


def find_reset(secret: str) -> PasswordReset | None:
    """The usable link that carries this secret."""
    return usable_resets().filter(digest=digest(secret)).first()


def redeem(reset: PasswordReset, *, new: str, actor: User | None, at: datetime) -> User:
    """Set a new password by a link, once; ends every session. Raises LinkExpired, WeakPassword."""
    found = usable_resets().select_for_update(of=("self",)).filter(pk=reset.pk).first()
    if found is None:
        raise LinkExpired
    user = User.objects.select_for_update(of=("self",)).get(pk=found.user_id)
    found.used_at = at
    found.save(update_fields=["used_at"])
    _set_password(user, new)
    journal.record(PASSWORD_RESET, user, actor=user, at=at)
    return user


def end_session(session: UserSession, *, actor: User | None, at: datetime) -> User:
    """Sign one of the user's browsers out. Raises Forbidden for somebody else's."""
    require(_is_own, actor, session)
    Session.objects.filter(session_key=session.session_key).delete()
    UserSession.objects.filter(pk=session.pk).delete()
    journal.record(SESSION_ENDED, session.user, actor=actor, at=at)
    return session.user


def _is_own(actor: User, session: UserSession) -> bool:
    return session.user_id == actor.pk


def end_sessions(user: User, *, actor: User | None, at: datetime) -> User:
    """Sign the user out on every device; API tokens go on (revoke them by themselves).

    Called by the user, or by a verb that ends somebody's work here.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _end_all(user)
    journal.record(SIGNED_OUT_EVERYWHERE, user, actor=actor, at=at)
    return user


def finish_tour(user: User, *, actor: User | None, at: datetime) -> User:
    """Note that the tour of the first log-in was read or skipped. Raises Forbidden for somebody else's."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    require(_is_self, actor, user)
    if user.toured_at is None:
        user.toured_at = at
        user.save(update_fields=["toured_at"])
        journal.record(TOURED, user, actor=actor, at=at)
    return user
