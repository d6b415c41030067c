"""What the kernel itself does about facts: requests reach those who may decide, decisions reach the requester."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from service_center.kernel import approvals, notifications, rulemaking
from service_center.kernel import rulebook_events as events
from service_center.kernel.models import Approval, Event, Rule, Setting, VersionStatus
from service_center.kernel.subscriptions import on

WAITING = notifications.define("approval.waiting", _("有一项审批等您处理：%(label)s"))
GRANTED = notifications.define("approval.granted", _("您的申请已批准：%(label)s"))
REJECTED = notifications.define("approval.rejected", _("您的申请被驳回：%(label)s"))
DRAFTED = notifications.define("rulebook.drafted", _("规则或参数有一处修改等您批准"))
_ANSWERS = {Approval.Status.APPROVED: GRANTED, Approval.Status.REJECTED: REJECTED}


@on(events.APPROVAL_REQUESTED, events.APPROVAL_STEP_TAKEN)
def tell_deciders(event: Event, *, at: datetime) -> None:
    """Tell everybody who may take the step that waits now; nobody when it was decided meanwhile."""
    approval = Approval.objects.get(pk=event.subject_id)
    if approval.status != Approval.Status.PENDING:
        return
    for user in approvals.deciders(approval):
        notifications.notify(
            user,
            template=WAITING,
            params={"label": approval.subject_label},
            url=f"/approvals/{approval.pk}/",
            subject=approval,
            dedupe=f"approval:{approval.pk}:{approval.step}",
            at=at,
        )


@on(events.APPROVAL_GRANTED, events.APPROVAL_REJECTED)
def tell_requester(event: Event, *, at: datetime) -> None:
    """Tell the requester how it ended."""
    approval = Approval.objects.select_related("requester").get(pk=event.subject_id)
    notifications.notify(
        approval.requester,
        template=_ANSWERS[Approval.Status(approval.status)],
        params={"label": approval.subject_label},
        url=f"/approvals/{approval.pk}/",
        subject=approval,
        dedupe=f"approval:{approval.pk}:answer",
        at=at,
    )


@on(events.RULE_DRAFTED, events.SETTING_DRAFTED)
def tell_who_may_agree(event: Event, *, at: datetime) -> None:
    """Tell those who keep the rulebook, but not whoever drafted it, once for all that was drafted together."""
    model: type[Rule | Setting] = Rule if event.subject_type == Rule._meta.label_lower else Setting
    draft = model.objects.get(pk=event.subject_id)
    if draft.status != VersionStatus.DRAFT or draft.drafted_by_id is None:
        return
    url = f"/rulebook/{draft.pk}/" if model is Rule else f"/settings/{draft.key}/"
    for user in rulemaking.keepers().exclude(pk=draft.drafted_by_id):
        dedupe = f"drafted:{event.actor_id}:{event.at.isoformat()}"
        notifications.notify(user, template=DRAFTED, url=url, subject=draft, dedupe=dedupe, at=at)
