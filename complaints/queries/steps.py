"""What a complaint waits for, and the tasks still open beside it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.states import ReplyChannel, Status

_NEXT = {
    Status.RECEIVED: "grading",
    Status.GRADED: "verification",
    Status.INVESTIGATED: "plan",
    Status.CARRIED_OUT: "result",
    Status.RESULT_TOLD: "satisfaction",
    Status.SATISFIED: "closure",
}


def next_step(complaint: Complaint, *, has_team: bool) -> str:
    """The noun the complaint waits for now, empty when it is closed."""
    if complaint.status == Status.GRADED and complaint.needs_team() and not has_team:
        return "team"
    if complaint.status == Status.PLAN_SET:
        return "plan" if complaint.must_revise else "result"
    if complaint.status == Status.VERIFIED:
        return "finding" if complaint.founded else "result"
    return _NEXT.get(Status(complaint.status), "")


def open_tasks(complaint: Complaint) -> list[str]:
    """What is still owed beside the next step, in words: the supervisor's visit, the letter of a serious complaint."""
    words = {
        "visit": _("服务主任须亲自或专门派员走访客户。"),
        "letter": _("情节重大：处理结果须以信函告知客户。"),
    }
    return [words[task] for task in complaint.open_tasks(letter_sent=letter_sent(complaint))]


def letter_sent(complaint: Complaint) -> bool:
    """Whether the customer has the result by letter (CMP-17): told so at once, or by a letter noted after it was told."""
    told = complaint.replies.order_by("pk").first()
    if told is None:
        return False
    later = complaint.contacts.filter(channel=ReplyChannel.LETTER, occurred_at__gte=told.at)
    return complaint.replies.filter(channel=ReplyChannel.LETTER).exists() or later.exists()
