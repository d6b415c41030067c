"""What a ticket's steps and the desk's other forms ask, and how the rest is taken back."""

from service_center.kernel.web.questions import AGAIN, ask, back
from tickets.web.steps import STEPS

for step in STEPS:
    if step.confirm is not None:
        ask(f"ticket-noun:{step.noun}", step.confirm, danger=step.danger)
    else:
        back({f"ticket-noun:{step.noun}": f"ticket-noun:{step.undone_by}" if step.undone_by else AGAIN})
back(
    {
        "desk": "ticket-noun:cancellation",
        "ticket-edit": AGAIN,
        "phrase-new": "phrase",
        "phrase": AGAIN,
        "symptom-new": "symptom",
        "symptom": AGAIN,
    }
)
