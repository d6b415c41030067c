from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from service_center.kernel.errors import Invalid
from tickets import states
from tickets.models.refusals import ConsentRequired, NotRepaired, StepsMissing
from tickets.models.ticket_queryset import TicketQuerySet
from tickets.states import Status

if TYPE_CHECKING:
    from customers.models import ProductLine, Unit
    from staff.models import Person


def _nobody(ticket: models.Model) -> bool:
    assert isinstance(ticket, Ticket)
    return ticket.assignee_id is None


def _on_site(ticket: models.Model) -> bool:
    assert isinstance(ticket, Ticket)
    return ticket.on_site


def _off_site(ticket: models.Model) -> bool:
    assert isinstance(ticket, Ticket)
    return not ticket.on_site and ticket.assignee_id is not None


_GOING_ON = Q(status__in=[str(state) for state in states.OPEN])


class Ticket(FSMModelMixin, models.Model):
    """A customer's request from registration to closing: one owner, one engineer at a time, its clocks beside it.

    `status` moves only by the transitions below; `on_site` is true between an arrival and its departure.
    """

    number = models.CharField(max_length=20, unique=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    status = FSMField(max_length=12, choices=Status.choices, default=Status.REGISTERED, protected=True)

    channel = models.CharField(max_length=8, choices=states.Channel.choices)
    reported_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="tickets", db_index=False)
    contact = models.ForeignKey("customers.Contact", models.PROTECT, null=True, related_name="tickets")
    unit = models.ForeignKey(
        "customers.Unit", models.PROTECT, null=True, related_name="tickets", db_index=False
    )
    product_model = models.ForeignKey("customers.ProductModel", models.PROTECT, null=True, related_name="+")
    warranty_until = models.DateField(null=True)
    subject = models.CharField(max_length=120)
    description = models.TextField(max_length=10_000)
    symptom = models.TextField(max_length=10_000, blank=True)
    demand = models.CharField(max_length=8, choices=states.Demand.choices)
    promised_at = models.DateTimeField(null=True)

    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="tickets", db_index=False)
    owner = models.ForeignKey("staff.Person", models.PROTECT, related_name="owned_tickets", db_index=False)
    zone = models.CharField(
        max_length=6, choices=[("city", _("市区")), ("suburb", _("郊区"))], default="city"
    )

    nature = models.CharField(max_length=16, choices=states.Nature.choices, blank=True)
    product_line = models.ForeignKey(
        "customers.ProductLine", models.PROTECT, null=True, related_name="+", db_index=False
    )
    tier = models.CharField(max_length=8, choices=states.Tier.choices, default=states.Tier.ORDINARY)
    is_critical = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(
        choices=states.Priority.choices, default=states.Priority.NORMAL, db_default=0
    )
    complexity = models.CharField(max_length=7, choices=states.Complexity.choices, blank=True)
    service_category = models.CharField(max_length=14, choices=states.ServiceCategory.choices, blank=True)
    mode = models.CharField(max_length=8, choices=states.Mode.choices, blank=True)

    assignee = models.ForeignKey(
        "staff.Person", models.PROTECT, null=True, related_name="assigned_tickets", db_index=False
    )
    assigned_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)
    on_site = models.BooleanField(default=False)
    consented = models.BooleanField(default=False)
    diagnosed = models.BooleanField(default=False)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    first_time_fix = models.BooleanField(null=True)

    verified_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    classified_at = models.DateTimeField(null=True)
    appointed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    result_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    has_offer: bool  # these three as of the query, where it asks for them: with_work_left()
    has_part_taken: bool
    has_signature: bool

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["dispatched", "appointed"]) | Q(assignee__isnull=False),
                name="ticket_dispatched_has_engineer",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(s) for s in states.OPEN]) | Q(closed_at__isnull=False),
                name="ticket_ended_has_time",
            ),
        )
        # Each foreign key without an index of its own leads one of these.
        indexes = (
            models.Index(fields=["branch", "status", "-id"], name="ticket_branch_status"),
            models.Index(fields=["status", "-id"], name="ticket_status"),
            models.Index(fields=["owner", "status"], name="ticket_owner_status"),
            models.Index(fields=["assignee", "status"], name="ticket_assignee_status"),
            models.Index(fields=["customer", "-id"], name="ticket_customer"),
            models.Index(fields=["unit", "-id"], name="ticket_unit"),
            models.Index(fields=["-reported_at", "-id"], name="ticket_reported"),
            models.Index(fields=["branch", "-id"], name="ticket_branch"),
            models.Index(fields=["branch", "-reported_at", "-id"], name="ticket_branch_reported"),
            models.Index(fields=["owner", "-id"], name="ticket_owner"),
            models.Index(fields=["owner", "-reported_at", "-id"], name="ticket_owner_reported"),
            models.Index(fields=["assignee", "-id"], name="ticket_assignee"),
            models.Index(fields=["assignee", "-reported_at", "-id"], name="ticket_assignee_reported"),
            models.Index(fields=["product_line", "-id"], name="ticket_line"),
            models.Index(fields=["channel", "-id"], name="ticket_channel"),
            models.Index(fields=["tier", "-id"], name="ticket_tier"),
            models.Index(fields=["-id"], name="ticket_critical", condition=Q(is_critical=True)),
            models.Index(fields=["-id"], name="ticket_open", condition=_GOING_ON),
            models.Index(fields=["-reported_at", "-id"], name="ticket_open_reported", condition=_GOING_ON),
            models.Index(fields=["branch", "-id"], name="ticket_open_branch", condition=_GOING_ON),
            models.Index(fields=["owner", "-id"], name="ticket_open_owner", condition=_GOING_ON),
            models.Index(fields=["closed_at"], name="ticket_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["unit", "closed_at"], name="ticket_unit_closed"),
        )

    def __str__(self) -> str:
        return self.number

    def take_unit(self, unit: Unit | None) -> None:
        """Note which machine it is about and how long its warranty lasted when the call came (TKT-05)."""
        self.unit = unit
        self.product_model = unit.product_model if unit is not None else None
        self.warranty_until = unit.warranty_until if unit is not None else None

    @property
    def is_open(self) -> bool:
        return self.status in states.OPEN

    @property
    def engineer(self) -> Person:
        """Whose job it is now; only where the state says there is somebody."""
        assert self.assignee is not None
        return self.assignee

    @property
    def needs_consent(self) -> bool:
        """Whether a charge or a take-away makes the customer's consent a condition of work (CF-31)."""
        return self.service_category == states.ServiceCategory.PAID or self.mode in states.TAKES_AWAY

    def require_consent(self) -> None:
        """Raises ConsentRequired while a needed consent is missing."""
        if self.needs_consent and not self.consented:
            raise ConsentRequired

    @transition(status, source=states.OPEN, target=None)
    def edit(self) -> None:
        """What was registered may be corrected until the ticket has ended."""

    @transition(status, source=Status.REGISTERED, target=Status.VERIFIED, custom={"noun": "verification"})
    def verify(self, *, at: datetime) -> None:
        self.verified_at = at

    @transition(
        status, source=[Status.REGISTERED, Status.VERIFIED], target=Status.ANSWERED, custom={"noun": "answer"}
    )
    def answer(self, *, at: datetime) -> None:
        """A simple question, answered at the first contact (TKT-09)."""
        self.complexity = self.complexity or states.Complexity.SIMPLE
        self.responded_at = self.responded_at or at
        self.closed_at = at

    @transition(status, source=Status.VERIFIED, target=Status.CLASSIFIED, custom={"noun": "triage"})
    def classify(
        self,
        *,
        nature: str,
        product_line: ProductLine | None,
        tier: str,
        complexity: str,
        service_category: str,
        mode: str,
        is_critical: bool,
        at: datetime,
    ) -> None:
        self.nature, self.product_line = nature, product_line
        self.tier, self.complexity, self.is_critical = tier, complexity, is_critical
        self.service_category, self.mode = service_category, mode
        self.classified_at = at

    @transition(status, source=states.OPEN, target=None, custom={"noun": "contacts"})
    def note_contact(self, *, reached: bool, at: datetime) -> None:
        if reached:
            self.responded_at = min(filter(None, [self.responded_at, at]))

    @transition(
        status, source=Status.IN_HANDLING, target=None, conditions=[_nobody], custom={"noun": "assignment"}
    )
    @transition(status, source=Status.CLASSIFIED, target=Status.DISPATCHED, custom={"noun": "assignment"})
    def assign_to(self, engineer: Person, *, expected_at: datetime, at: datetime) -> None:
        self.assignee, self.assigned_at, self.expected_at = engineer, at, expected_at

    @transition(
        status,
        source=[Status.DISPATCHED, Status.APPOINTED],
        target=Status.CLASSIFIED,
        custom={"undo": "assignment"},
    )
    def unassign(self) -> None:
        self.assignee = self.assigned_at = self.expected_at = None

    @transition(status, source=states.OPEN, target=None)
    def lose_engineer(self) -> None:
        """The engineer has left in the middle of the job: it waits for another one."""
        self.assignee = self.assigned_at = self.expected_at = None
        self.on_site = False

    @transition(status, source=Status.DISPATCHED, target=None, custom={"noun": "acceptance"})
    def accept(self) -> None:
        """The engineer takes the job; the state stays."""

    @transition(status, source=Status.DISPATCHED, target=Status.CLASSIFIED, custom={"noun": "acceptance"})
    def decline(self, *, reason: str) -> None:
        """Raises Invalid without a reason."""
        if not reason.strip():
            raise Invalid(_("拒绝派工时必须填写原因。"), field="reason")
        self.assignee = self.assigned_at = self.expected_at = None

    @transition(status, source=Status.IN_HANDLING, target=None, custom={"noun": "escalation"})
    def escalate(self) -> None:
        """Somebody above is asked; the state stays."""

    @transition(status, source=states.OPEN, target=None, custom={"noun": "handover"})
    def hand_over(self, owner: Person) -> None:
        """Raises Invalid when the new owner is the old one, has left, or is no desk person of the branch."""
        if owner.pk == self.owner_id:
            raise Invalid(_("此人已是负责人。"), field="owner")
        if not owner.has_role("agent", "supervisor", "manager"):
            raise Invalid(_("负责人必须是在职的客服专员、服务主任或经理。"), field="owner")
        if owner.branch_id != self.branch_id and not owner.has_role("manager"):
            raise Invalid(_("负责人必须属于本网点。"), field="owner")
        self.owner = owner

    @transition(
        status, source=Status.IN_HANDLING, target=None, conditions=[_off_site], custom={"noun": "appointment"}
    )
    @transition(
        status,
        source=[Status.DISPATCHED, Status.APPOINTED],
        target=Status.APPOINTED,
        custom={"noun": "appointment"},
    )
    def appoint(self, *, at: datetime) -> None:
        """Agree time and place; in handling this plans a further visit after the engineer has left."""
        self.appointed_at = at

    @transition(
        status, source=Status.IN_HANDLING, target=None, conditions=[_off_site], custom={"undo": "appointment"}
    )
    @transition(status, source=Status.APPOINTED, target=Status.DISPATCHED, custom={"undo": "appointment"})
    def drop_appointment(self) -> None:
        """The customer was absent or called it off: agree a new time."""

    @transition(
        status, source=Status.IN_HANDLING, target=None, conditions=[_off_site], custom={"noun": "arrival"}
    )
    @transition(
        status,
        source=[Status.APPOINTED, Status.DISPATCHED],
        target=Status.IN_HANDLING,
        custom={"noun": "arrival"},
    )
    def arrive(self, *, at: datetime) -> None:
        self.on_site = True
        self.arrived_at = self.arrived_at or at

    @transition(
        status,
        source=[Status.IN_HANDLING, Status.ON_HOLD, Status.HANDLED, Status.RESULT_TOLD],
        target=None,
        conditions=[_on_site],
        custom={"noun": "departure"},
    )
    def depart(self) -> None:
        self.on_site = False

    @transition(status, source=Status.IN_HANDLING, target=None, custom={"noun": "diagnosis"})
    def diagnose(self) -> None:
        self.diagnosed = True

    @transition(status, source=Status.IN_HANDLING, target=None, custom={"noun": "consent"})
    def take_consent(self) -> None:
        self.consented = True

    @transition(status, source=Status.IN_HANDLING, target=Status.ON_HOLD, custom={"noun": "hold"})
    def hold(self) -> None:
        """The ticket waits; the customer has been told."""

    @transition(status, source=Status.ON_HOLD, target=Status.IN_HANDLING, custom={"undo": "hold"})
    def resume(self) -> None:
        """What was waited for is there."""

    @transition(status, source=Status.IN_HANDLING, target=None, custom={"noun": "part-lines"})
    def draw_part(self) -> None:
        """Raises ConsentRequired."""
        self.require_consent()

    @transition(status, source=states.UNDER_WORK, target=None, custom={"noun": "faulty-parts"})
    def dispose_faulty(self) -> None:
        """A replaced part goes to the customer, into custody or away (CF-16)."""

    @transition(status, source=states.UNDER_WORK, target=None, custom={"noun": "time-entries"})
    def enter_time(self) -> None:
        """Working time is booked on an accepted job only (TKT-06)."""

    @transition(status, source=Status.IN_HANDLING, target=None, custom={"noun": "signature"})
    def sign(self) -> None:
        """The customer signs what is shown."""

    @transition(status, source=Status.IN_HANDLING, target=Status.HANDLED, custom={"noun": "report"})
    def report(self, *, tested: bool, demonstrated: bool, at: datetime) -> None:
        """Raises NotRepaired, ConsentRequired."""
        if not (self.diagnosed and tested and demonstrated):
            raise NotRepaired
        self.require_consent()
        self.handled_at = at
        self.first_time_fix = self.reopen_count == 0

    @transition(status, source=Status.HANDLED, target=Status.RESULT_TOLD, custom={"noun": "result-call"})
    def tell_result(self, *, at: datetime) -> None:
        self.result_told_at = at

    @transition(status, source=Status.HANDLED, target=None, custom={"noun": "result-call"})
    def miss_customer(self, *, satisfied: bool | None) -> None:
        """The customer could not be reached with the result: call again. Raises Invalid when said to be satisfied."""
        if satisfied is not None:
            raise Invalid(_("未联系上客户时不能登记满意与否。"), field="satisfied")

    @transition(status, source=Status.HANDLED, target=Status.IN_HANDLING, custom={"noun": "result-call"})
    def return_dissatisfied(self, *, satisfied: bool | None, reason: str) -> None:
        """Raises Invalid without a verdict or a reason (TKT-22)."""
        if satisfied is None:
            raise Invalid(_("请登记客户是否满意。"), field="satisfied")
        if not reason.strip():
            raise Invalid(_("客户不满意时必须填写原因。"), field="reason")
        self._open_again()

    @transition(status, source=Status.RESULT_TOLD, target=Status.CLOSED, custom={"noun": "closure"})
    def close(self, *, complete: bool, at: datetime) -> None:
        """Raises StepsMissing unless the four steps are done and the voucher is back (GEN-13, TKT-25)."""
        if not complete:
            raise StepsMissing
        self.closed_at = self.archived_at = at

    @transition(
        status,
        source=[Status.CLOSED, Status.ANSWERED],
        target=Status.IN_HANDLING,
        custom={"noun": "reopening"},
    )
    def reopen(self, *, reason: str) -> None:
        """Raises Invalid without a reason."""
        if not reason.strip():
            raise Invalid(_("重新打开时必须填写原因。"), field="reason")
        if self.assignee is not None and self.assignee.left_at is not None:
            self.assignee = self.assigned_at = None
        self.closed_at = self.archived_at = None
        self._open_again()

    def _open_again(self) -> None:
        self.reopen_count += 1
        self.first_time_fix = False if self.handled_at else None
        self.handled_at = self.result_told_at = None

    @transition(status, source=states.OPEN, target=None, custom={"noun": "cancellation"})
    def ask_cancellation(self) -> None:
        """The manager decides; until then the state stays."""

    @transition(status, source=states.OPEN, target=None, custom={"noun": "refusal"})
    def ask_refusal(self) -> None:
        """The manager decides; until then the state stays."""

    @transition(status, source=states.OPEN, target=Status.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        self.closed_at = at

    @transition(status, source=states.OPEN, target=Status.REFUSED)
    def refuse(self, *, at: datetime) -> None:
        self.closed_at = at
