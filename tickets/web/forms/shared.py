from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.forms import DeviceInstant, LongText, Styled

if TYPE_CHECKING:
    from staff.models import Person
    from tickets.models import Ticket


class TicketForm(Styled):
    """A noun's form: knows the ticket it is for and the person filling it in."""

    def __init__(self, *args: Any, ticket: Ticket, person: Person, **kwargs: Any) -> None:
        self.ticket, self.person = ticket, person
        kwargs.setdefault("prefix", None)
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Narrow choices and fill in what is already known."""

    def arguments(self) -> dict[str, Any]:
        """The verb's keyword arguments."""
        return dict(self.cleaned_data)


class LocalTime(forms.DateTimeField):
    """A date and time in the branch's zone, chosen with the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        value = super().prepare_value(value)
        return value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


def long_text(
    label: Any, *, rows: int = 3, required: bool = True, phrases: str = "", **kwargs: Any
) -> LongText:
    """A text of up to 10,000 characters, kept as typed; `phrases` is the kind of text templates offered for it."""
    field = LongText(label=label, rows=rows, required=required, **kwargs)
    if phrases:
        field.widget.attrs["data-phrase-kind"] = phrases
    return field


class ToldForm(TicketForm):
    """A step whose time the device may tell: when it happened, and what its clock shows while sending, both unseen."""

    at = DeviceInstant()
    device_time = DeviceInstant()

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        given["occurred_at"] = given.pop("at")
        return given


class NothingForm(TicketForm):
    """A step that needs no words."""


class TextForm(TicketForm):
    text = long_text(_("答复内容"), phrases="reply")


class ReasonForm(TicketForm):
    reason = long_text(_("原因"), rows=2, phrases="reason")
