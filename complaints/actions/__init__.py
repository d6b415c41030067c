"""What can be done about a complaint. Call through the package: `from complaints import actions`."""

from complaints.actions.closing import (
    close,
    close_unsatisfied,
    note_satisfaction,
    tell_result,
)
from complaints.actions.contacts import escalate, note_contact, remind
from complaints.actions.grading import form_team, grade, hand_over, note_visit
from complaints.actions.intake import answer_at_once, register
from complaints.actions.investigation import carry_out, investigate, set_plan, verify

__all__ = [
    "answer_at_once",
    "carry_out",
    "close",
    "close_unsatisfied",
    "escalate",
    "form_team",
    "grade",
    "hand_over",
    "investigate",
    "note_contact",
    "note_satisfaction",
    "note_visit",
    "register",
    "remind",
    "set_plan",
    "tell_result",
    "verify",
]
