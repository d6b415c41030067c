"""The kernel's rows. One module per topic."""

from service_center.kernel.models.accounts import PasswordReset
from service_center.kernel.models.alarms import Alarm, AlarmRecipient, AlarmTask, RungAction
from service_center.kernel.models.approvals import Approval, ApprovalDecision
from service_center.kernel.models.attachments import Attachment
from service_center.kernel.models.calendars import Calendar, CalendarException, CalendarVersion
from service_center.kernel.models.changeovers import Changeover
from service_center.kernel.models.clocks import Clock, ClockEvent, RungFiring
from service_center.kernel.models.commands import CommandRecord
from service_center.kernel.models.identity import ApiToken, User, UserSession
from service_center.kernel.models.jobs import Gauge, PeriodicJob
from service_center.kernel.models.journal import Delivery, Event, EventLink
from service_center.kernel.models.lists import ListChoice, SavedView
from service_center.kernel.models.messages import Circuit, Message, Notification
from service_center.kernel.models.numbering import Counter
from service_center.kernel.models.presence import Presence
from service_center.kernel.models.reviews import Review
from service_center.kernel.models.rulebook import (
    ApprovalStep,
    Clause,
    Document,
    Rule,
    RulebookState,
    Setting,
    VersionStatus,
)

__all__ = [
    "Alarm",
    "AlarmRecipient",
    "AlarmTask",
    "ApiToken",
    "Approval",
    "ApprovalDecision",
    "ApprovalStep",
    "Attachment",
    "Calendar",
    "CalendarException",
    "CalendarVersion",
    "Changeover",
    "Circuit",
    "Clause",
    "Clock",
    "ClockEvent",
    "CommandRecord",
    "Counter",
    "Delivery",
    "Document",
    "Event",
    "EventLink",
    "Gauge",
    "ListChoice",
    "Message",
    "Notification",
    "PasswordReset",
    "PeriodicJob",
    "Presence",
    "Review",
    "Rule",
    "RulebookState",
    "RungAction",
    "RungFiring",
    "SavedView",
    "Setting",
    "User",
    "UserSession",
    "VersionStatus",
]
