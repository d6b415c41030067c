"""The rows of complaints. One module per topic."""

from complaints.models.complaint import Complaint, PlanNotRevised, TeamRequired
from complaints.models.steps import (
    ComplaintContact,
    ComplaintEscalation,
    ComplaintVerification,
    Finding,
    Plan,
    Reminder,
    Reply,
    Satisfaction,
    TaskGroup,
)

__all__ = [
    "Complaint",
    "ComplaintContact",
    "ComplaintEscalation",
    "ComplaintVerification",
    "Finding",
    "Plan",
    "PlanNotRevised",
    "Reminder",
    "Reply",
    "Satisfaction",
    "TaskGroup",
    "TeamRequired",
]
