from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from complaints.states import OPEN, UNGRADED, UNSOLVED, Channel, Complexity, Gravity, Status
from service_center.kernel import access, errors
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Person

ASKABLE: Final = (
    Status.VERIFIED,
    Status.INVESTIGATED,
    Status.PLAN_SET,
    Status.CARRIED_OUT,
    Status.RESULT_TOLD,
)
SEES_ALL: Final = (Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)
SEES_BRANCH: Final = (Role.AGENT, Role.SUPERVISOR)


class TeamRequired(errors.DomainError):
    """A complex or serious complaint is investigated by a task group, never by one person (CF-23)."""

    code = "team_required"
    message = _("情节重大或复杂的投诉须先成立投诉处理小组。")


class PlanNotRevised(errors.DomainError):
    """A dissatisfied customer is not told the same result again (CMP-12)."""

    code = "plan_not_revised"
    message = _("客户不满意，请先修订处理方案，再告知结果。")


class VisitDue(errors.DomainError):
    """However small the matter, the supervisor goes in person or sends somebody (CMP-19)."""

    code = "visit_due"
    message = _("此投诉须由服务主任亲自或专门派员走访客户：请先登记走访，再结案。")


class LetterDue(errors.DomainError):
    """The customer of a serious complaint hears of the result by letter (CMP-17)."""

    code = "letter_due"
    message = _("情节重大的投诉须以信函告知客户处理结果：请先登记信函，再结案。")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def lock(self, pk: int) -> Complaint:
        """The complaint under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """What the reader may know of: all, the own branch, or the complaints one works on."""
        if access.has_role(user, *SEES_ALL):
            return self
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        own = Q(owner=person) | Q(Exists(self._tasks(person)))
        if access.has_role(user, *SEES_BRANCH):
            own |= Q(branch_id=person.branch_id)
        return self.filter(own)

    @staticmethod
    def _tasks(person: Person) -> models.QuerySet[Complaint]:
        """Complaints which name the person in a plan or a task group."""
        mine = Q(plans__responsible=person) | Q(task_group__leader=person) | Q(task_group__members=person)
        return Complaint.objects.filter(mine, pk=OuterRef("pk"))

    def working(self, person: Person) -> Self:
        """Complaints which name the person in a plan or a task group."""
        return self.filter(Exists(self._tasks(person)))

    def open(self) -> Self:
        """Complaints nobody has closed."""
        return self.exclude(status=Status.CLOSED)

    def for_list(self) -> Self:
        """With what a line of a list shows."""
        return self.select_related("customer", "ticket", "owner__user", "branch", "product_model")


def _may_tell_result(complaint: Any) -> bool:
    """An unfounded complaint goes straight to telling the customer why; a founded one needs a plan first."""
    return complaint.status != Status.VERIFIED or complaint.founded is False


class Complaint(FSMModelMixin, models.Model):
    """A customer's complaint with the one person who answers for it.

    The row carries what was said at intake (CMP-02); each later step is a row of its own in `steps`.
    """

    number = models.CharField(max_length=20, unique=True)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    status = FSMField(max_length=20, choices=Status.choices, default=Status.RECEIVED, protected=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    reported_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="complaints")
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="complaints")
    unit = models.ForeignKey("customers.Unit", models.PROTECT, null=True, related_name="complaints")
    product_model = models.ForeignKey("customers.ProductModel", models.PROTECT, null=True, related_name="+")
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+")
    owner = models.ForeignKey("staff.Person", models.PROTECT, related_name="owned_complaints")
    content = models.TextField(max_length=10_000)
    fault = models.TextField(max_length=10_000, blank=True)
    evidence = models.TextField(max_length=10_000, blank=True)
    apology = models.TextField(max_length=10_000)
    answer = models.TextField(max_length=10_000, blank=True)
    gravity = models.CharField(max_length=10, choices=Gravity.choices, blank=True)
    complexity = models.CharField(max_length=10, choices=Complexity.choices, blank=True)
    founded = models.BooleanField(null=True)
    visit_required = models.BooleanField(default=False)
    visitor = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="+")
    visited_at = models.DateTimeField(null=True)
    visit_note = models.TextField(max_length=10_000, blank=True)
    dissatisfied_count = models.PositiveSmallIntegerField(default=0)
    plan_count = models.PositiveSmallIntegerField(default=0)
    must_revise = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_unsatisfied = models.BooleanField(default=False)
    close_reason = models.TextField(max_length=10_000, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | (~Q(status=Status.CLOSED) & Q(closed_at=None)),
                name="complaint_closed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(content="") & ~Q(apology=""), name="complaint_said_and_excused"
            ),
            models.CheckConstraint(
                condition=Q(reported_at__lte=F("registered_at")), name="complaint_not_in_future"
            ),
        )
        indexes = (
            models.Index(fields=["branch", "status", "-id"], name="complaint_branch_status"),
            models.Index(fields=["-registered_at"], name="complaint_registered"),
            models.Index(fields=["reported_at"], name="complaint_reported"),
        )

    def __str__(self) -> str:
        return self.number

    def needs_team(self, kinds: Collection[str] = (Gravity.SERIOUS, Complexity.COMPLEX)) -> bool:
        """Whether a task group must be there before the investigation (CF-23); `kinds` is the setting's list."""
        return self.gravity in kinds or self.complexity in kinds

    def may_be_closed_unsatisfied(self) -> bool:
        """Whether the manager may be asked to close it although the customer is not content (CF-28)."""
        return self.status in ASKABLE

    def open_tasks(self, *, letter_sent: bool) -> list[str]:
        """What is owed beside the next step before the complaint may be closed: `visit`, `letter`."""
        visit = self.visit_required and self.visited_at is None
        letter = self.gravity == Gravity.SERIOUS and not letter_sent
        due = {"visit": visit, "letter": letter} if self.status != Status.CLOSED else {}
        return [task for task, owed in due.items() if owed]

    def _refuse_open_tasks(self, *, letter_sent: bool) -> None:
        match self.open_tasks(letter_sent=letter_sent):
            case ["visit", *_]:
                raise VisitDue
            case ["letter"]:
                raise LetterDue

    @transition(field=status, source=Status.RECEIVED, target=Status.CLOSED, custom={"noun": "answer"})
    def answer_at_once(self, text: str, *, at: datetime) -> None:
        """A simple complaint is answered and done with in the same conversation (CMP-05). Raises VisitDue."""
        self._refuse_open_tasks(letter_sent=True)
        self.answer, self.complexity, self.gravity = text, Complexity.SIMPLE, Gravity.GENERAL
        self.closed_at = at

    @transition(field=status, source=UNGRADED, target=Status.GRADED, custom={"noun": "grading"})
    def grade(self, *, gravity: str, complexity: str) -> None:
        self.gravity, self.complexity = gravity, complexity

    @transition(
        field=status,
        source=(Status.GRADED, Status.VERIFIED, Status.INVESTIGATED, Status.PLAN_SET),
        target=None,
        custom={"noun": "team"},
    )
    def form_team(self) -> None:
        """A task group may be formed, or formed anew, until the result is told."""

    @transition(field=status, source=Status.GRADED, target=Status.VERIFIED, custom={"noun": "verification"})
    def verify(self, *, founded: bool) -> None:
        self.founded = founded

    @transition(
        field=status,
        source=(Status.VERIFIED, Status.PLAN_SET),
        target=Status.INVESTIGATED,
        custom={"noun": "finding"},
    )
    def investigate(self, *, has_team: bool, team_for: Collection[str]) -> None:
        """Raises TeamRequired when a complaint of the kinds in `team_for` has no task group."""
        if self.needs_team(team_for) and not has_team:
            raise TeamRequired

    @transition(
        field=status,
        source=(Status.INVESTIGATED, Status.PLAN_SET),
        target=Status.PLAN_SET,
        custom={"noun": "plan"},
    )
    def set_plan(self) -> int:
        """Another version of the plan; gives its number."""
        self.plan_count += 1
        self.must_revise = False
        return self.plan_count

    @transition(field=status, source=Status.PLAN_SET, target=Status.CARRIED_OUT, custom={"noun": "execution"})
    def carry_out(self) -> None:
        """The responsible department says it is done. Raises PlanNotRevised."""
        self._refuse_old_plan()

    @transition(
        field=status,
        source=(Status.VERIFIED, Status.PLAN_SET, Status.CARRIED_OUT),
        target=Status.RESULT_TOLD,
        conditions=[_may_tell_result],
        custom={"noun": "result"},
    )
    def tell_result(self) -> None:
        """Raises PlanNotRevised when the customer has refused what the newest plan brought."""
        self._refuse_old_plan()

    def _refuse_old_plan(self) -> None:
        if self.must_revise:
            raise PlanNotRevised

    @transition(
        field=status, source=Status.RESULT_TOLD, target=Status.SATISFIED, custom={"noun": "satisfaction"}
    )
    def satisfy(self) -> None:
        """The customer is content."""

    @transition(
        field=status, source=Status.RESULT_TOLD, target=Status.PLAN_SET, custom={"noun": "satisfaction"}
    )
    def dissatisfy(self) -> None:
        """Back to the plan, which must be revised before anything else is told."""
        self.dissatisfied_count += 1
        self.must_revise = True

    @transition(field=status, source=Status.SATISFIED, target=Status.CLOSED, custom={"noun": "closure"})
    def close(self, *, letter_sent: bool, at: datetime) -> None:
        """Raises VisitDue, LetterDue."""
        self._refuse_open_tasks(letter_sent=letter_sent)
        self.closed_at = at

    @transition(field=status, source=ASKABLE, target=None)
    def ask_unsatisfied_closure(self, *, letter_sent: bool) -> None:
        """The manager decides; until then the state stays. Raises VisitDue, LetterDue."""
        self._refuse_open_tasks(letter_sent=letter_sent)

    @transition(field=status, source=UNSOLVED, target=Status.CLOSED)
    def close_unsatisfied(self, reason: str, *, letter_sent: bool, at: datetime) -> None:
        """Closed at the limit of what may be granted; only an approval leads here (CF-28).

        Raises VisitDue, LetterDue.
        """
        self._refuse_open_tasks(letter_sent=letter_sent)
        self.closed_at, self.closed_unsatisfied, self.close_reason = at, True, reason

    @transition(field=status, source=OPEN, target=None, custom={"noun": "contacts"})
    def note_contact(self) -> None:
        """The customer is spoken to at any time before the end."""

    @transition(field=status, source=OPEN, target=None, custom={"noun": "reminders"})
    def note_reminder(self) -> None:
        """Completion is urged at any time (CMP-20)."""

    @transition(field=status, source=UNSOLVED, target=None, custom={"noun": "escalation"})
    def escalate(self) -> None:
        """Unresolved: up to the leadership (CMP-16)."""

    @transition(field=status, source=OPEN, target=None, custom={"noun": "handover"})
    def hand_over(self, owner: Person) -> None:
        self.owner = owner

    @transition(field=status, source=OPEN, target=None, custom={"noun": "visit"})
    def note_visit(self, visitor: Person, note: str, *, at: datetime) -> None:
        """The supervisor, or whom he sent, has seen the customer (CMP-19)."""
        self.visitor, self.visit_note, self.visited_at = visitor, note, at
