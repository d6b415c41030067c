"""Skills and licences: who can, and who may (STF-04, STF-05)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from staff import events, permissions
from staff.models import Licence, Person, PersonSkill, Skill
from staff.states import LicenceBasis

if TYPE_CHECKING:
    from service_center.kernel.models import User


class LicenceRevoked(DomainError):
    """The licence does not count any more."""

    code = "licence_revoked"
    message = _("此资格已撤销，如需恢复请重新授予。")


def define_skill(*, code: str, name_zh: str, name_en: str, actor: User | None, at: datetime) -> Skill:
    """Name a skill that posts need. Raises Invalid for a code in use."""
    require(permissions.can_organise, actor)
    if Skill.objects.filter(code=code).exists():
        raise Invalid(_("此代码已被使用，请换一个。"), field="code", code="taken")
    return Skill.objects.create(code=code, name_zh=name_zh, name_en=name_en)


def assess(person: Person, *, skill: Skill, level: int, actor: User | None, at: datetime) -> PersonSkill:
    """Record how well somebody masters a skill, 1 to 5; a later assessment replaces the earlier (STF-05).

    Raises Invalid(field="level"), AlreadyLeft.
    """
    person = Person.objects.lock(person.pk)
    require(permissions.can_qualify, actor, person)
    person.refuse_if_left()
    if not 1 <= level <= 5:
        raise Invalid(_("技能等级应为 1 至 5 级。"), field="level")
    mastery, _created = PersonSkill.objects.update_or_create(
        person=person, skill=skill, defaults={"level": level, "assessed_at": at}
    )
    journal.record(events.ASSESSED, person, actor=actor, at=at, skill=skill.code, level=level)
    return mastery


def license_for(
    person: Person,
    *,
    product_line: str = "",
    product_model: str = "",
    basis: str = LicenceBasis.TEST,
    certificate: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    actor: User | None,
    at: datetime,
) -> Licence:
    """Let somebody trained and passed, or certified, be sent to a model, a line, or (both empty) anything
    (STF-04).

    Raises Invalid when the end is not after the start, AlreadyLeft.
    """
    person = Person.objects.lock(person.pk)
    require(permissions.can_qualify, actor, person)
    person.refuse_if_left()
    start = valid_from or at
    if valid_to is not None and valid_to <= start:
        raise Invalid(_("失效时间必须晚于生效时间。"), field="valid_to")
    licence = Licence.objects.create(
        person=person,
        product_line=product_line,
        product_model=product_model,
        basis=basis,
        certificate=certificate,
        valid_from=start,
        valid_to=valid_to,
        granted_by=actor,
        origin_key=commands.origin_key(),
    )
    journal.record(events.LICENSED, person, actor=actor, at=at, licence=licence.pk, scope=_scope(licence))
    return licence


def revoke_licence(licence: Licence, *, actor: User | None, at: datetime) -> Licence:
    """Take a licence away from now on; what was dispatched before stays. Raises LicenceRevoked."""
    licence = Licence.objects.select_for_update(of=("self",)).select_related("person").get(pk=licence.pk)
    require(permissions.can_qualify, actor, licence.person)
    if licence.revoked_at is not None:
        raise LicenceRevoked
    licence.revoked_at = at
    licence.version += 1
    licence.save(update_fields=["revoked_at", "version"])
    journal.record(
        events.LICENCE_REVOKED, licence.person, actor=actor, at=at, licence=licence.pk, scope=_scope(licence)
    )
    return licence


def _scope(licence: Licence) -> str:
    return licence.product_model or licence.product_line or "*"
