"""What may be done to several tickets at once: the verbs of a ticket's page, each ticket for itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from service_center.kernel.access import has_role
from service_center.kernel.web.lists import Action, ActionForm
from staff.models import Person
from tickets.actions import approvals, closing, dispatch
from tickets.web.forms.dispatch import PersonChoice
from tickets.web.forms.shared import LocalTime, long_text


class HandoverForm(ActionForm):
    """Who answers for the tickets from now on."""

    owner = PersonChoice(label=_("新负责人"), queryset=Person.objects.none())

    def prepare(self) -> None:
        people = Person.objects.visible_to(self.user).at_work().with_role("agent", "supervisor", "manager")
        self.fields["owner"].queryset = people.order_by("name")  # type: ignore[attr-defined]  # a model choice


class AssignmentForm(ActionForm):
    """Who goes, and when the work is expected to be done."""

    engineer = PersonChoice(label=_("工程师"), queryset=Person.objects.none())
    expected_at = LocalTime(label=_("预计处理时间"))

    def prepare(self) -> None:
        people = Person.objects.visible_to(self.user).at_work().with_role("engineer")
        self.fields["engineer"].queryset = people.order_by("name")  # type: ignore[attr-defined]  # a model choice


class ReasonForm(ActionForm):
    reason = long_text(_("原因"), rows=2)


ACTIONS = (
    Action(
        "handover",
        _("移交负责人"),
        "transfer",
        dispatch.hand_over,
        lambda user: has_role(user, "agent", "supervisor", "manager"),
        HandoverForm,
    ),
    Action(
        "assignment",
        _("派工"),
        "user-plus",
        dispatch.assign,
        lambda user: has_role(user, "agent", "supervisor", "manager"),
        AssignmentForm,
        question=_("同一时间只能派一张；已占用的时间会被拒绝。"),
    ),
    Action(
        "closure",
        _("归档并关闭"),
        "archive",
        closing.close,
        lambda user: has_role(user, "agent", "supervisor"),
        question=_("只有已告知结果的工单能关闭。"),
    ),
    Action(
        "cancellation",
        _("申请取消"),
        "circle-x",
        approvals.ask_cancellation,
        lambda user: has_role(user, "agent"),
        ReasonForm,
        question=_("由经理审批，批准前状态不变。"),
        danger=True,
    ),
)
