"""What comes next: the one button that stands out on a complaint's page, and the tasks still open beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.states import Gravity, ReplyChannel, Status
from service_center.kernel.commands import allowed_nouns

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Step:
    """A noun of the complaint with the words of its button."""

    noun: str
    label: StrOrPromise
    is_next: bool = False


def next_step(complaint: Complaint, *, has_team: bool) -> str:
    """The noun the complaint waits for now, empty when it is closed."""
    if complaint.status == Status.GRADED and complaint.needs_team() and not has_team:
        return "team"
    if complaint.status == Status.PLAN_SET:
        return "plan" if complaint.must_revise else "result"
    if complaint.status == Status.VERIFIED:
        return "finding" if complaint.founded else "result"
    return {
        Status.RECEIVED: "grading",
        Status.GRADED: "verification",
        Status.INVESTIGATED: "plan",
        Status.CARRIED_OUT: "result",
        Status.RESULT_TOLD: "satisfaction",
        Status.SATISFIED: "closure",
    }.get(Status(complaint.status), "")


def steps(complaint: Complaint, *, has_team: bool) -> list[Step]:
    """Every noun open from here, the next one first."""
    words = _words()
    first = next_step(complaint, has_team=has_team)
    nouns = [noun for noun in words if noun in allowed_nouns(complaint)]
    return [Step(noun, words[noun], noun == first) for noun in sorted(nouns, key=lambda noun: noun != first)]


def _words() -> dict[str, str]:
    return {
        "grading": _("定级"),
        "team": _("成立处理小组"),
        "verification": _("核实"),
        "finding": _("记录调查结论"),
        "plan": _("制定方案"),
        "execution": _("报告完成"),
        "result": _("告知结果"),
        "satisfaction": _("确认满意度"),
        "closure": _("结案"),
        "answer": _("当场答复"),
        "contacts": _("联系客户"),
        "reminders": _("催办"),
        "visit": _("登记走访"),
        "escalation": _("上报"),
        "handover": _("移交专人"),
    }


def open_tasks(complaint: Complaint, *, letter_sent: bool) -> list[str]:
    """What is still owed beside the next step: the supervisor's visit, the letter of a serious complaint."""
    tasks = []
    if complaint.visit_required and complaint.visited_at is None:
        tasks.append(_("服务主任须亲自或专门派员走访客户。"))
    if complaint.gravity == Gravity.SERIOUS and complaint.status != Status.RECEIVED and not letter_sent:
        tasks.append(_("情节重大：处理结果须以信函告知客户。"))
    return tasks


def letter_sent(complaint: Complaint) -> bool:
    """Whether a result has gone out by letter (CMP-17)."""
    return any(reply.channel == ReplyChannel.LETTER for reply in complaint.replies.all())
