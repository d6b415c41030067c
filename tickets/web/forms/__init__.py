"""The forms of the desk and the phone. They check shape; the verbs check meaning."""

from tickets.web.forms.closing import ReopeningForm, ResultCallForm
from tickets.web.forms.dispatch import AcceptanceForm, AssignmentForm, EscalationForm, HandoverForm
from tickets.web.forms.intake import ContactForm, IntakeForm, TriageForm, VerificationForm
from tickets.web.forms.repair import (
    ConsentForm,
    DiagnosisForm,
    FaultyPartForm,
    FileReportForm,
    HoldForm,
    PartLineForm,
    PhotoForm,
    ReportForm,
    SignatureForm,
    TimeEntryForm,
)
from tickets.web.forms.shared import NothingForm, ReasonForm, TextForm
from tickets.web.forms.visits import AppointmentForm, ArrivalForm, DropForm

__all__ = [
    "AcceptanceForm",
    "AppointmentForm",
    "ArrivalForm",
    "AssignmentForm",
    "ConsentForm",
    "ContactForm",
    "DiagnosisForm",
    "DropForm",
    "EscalationForm",
    "FaultyPartForm",
    "FileReportForm",
    "HandoverForm",
    "HoldForm",
    "IntakeForm",
    "NothingForm",
    "PartLineForm",
    "PhotoForm",
    "ReasonForm",
    "ReopeningForm",
    "ReportForm",
    "ResultCallForm",
    "SignatureForm",
    "TextForm",
    "TimeEntryForm",
    "TriageForm",
    "VerificationForm",
]
