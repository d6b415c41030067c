"""The steps of a visit as the phone takes them, with or without a network: where each goes over REST, what its form's
fields are there, and when the state allows it.

The phone keeps a step and sends it later; it therefore needs to know beforehand what the server would ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parts.models import Part
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from tickets.actions.part_lines import DispositionMissing
from tickets.actions.reporting import ReportChanged
from tickets.models import Ticket
from tickets.models.refusals import ConsentRequired, NotRepaired
from tickets.web import nouns
from tickets.web.forms.shared import LocalTime, TicketForm


@dataclass(frozen=True)
class Way:
    """How a step goes over REST.

    `dated`: the body tells when it happened (`at`). `guarded`: it rests on what the engineer saw and is sent with
    If-Match. `paths`: fields of the form that are called otherwise in the body.
    """

    door: str = ""
    method: str = "POST"
    dated: bool = False
    guarded: bool = False
    paths: Mapping[str, str] = field(default_factory=dict)


WAYS: dict[str, Way] = {
    "acceptance": Way(),
    "contacts": Way(dated=True),
    "appointment": Way(guarded=True),
    "appointment-undo": Way("appointment", "DELETE", guarded=True),
    "arrival": Way(dated=True),
    "diagnosis": Way(),
    "consent": Way(guarded=True),
    "part-lines": Way(),
    "faulty-parts": Way(),
    "time-entries": Way(),
    "hold": Way(guarded=True, paths={"notice_channel": "notice.channel", "notice_text": "notice.text"}),
    "hold-undo": Way("hold", "DELETE", guarded=True),
    "escalation": Way(),
    "report-preview": Way(guarded=True),
    "signature": Way(),
    "report": Way(),
    "departure": Way(dated=True),
    "attachments": Way(),
}
"""Every step an engineer takes at a customer's, by the noun of the screens."""

WHEN: dict[str, dict[str, bool]] = {
    "_on_site": {"on_site": True},
    "_off_site": {"on_site": False, "mine": True},
    "_nobody": {"mine": False},
}
"""What the conditions of the ticket's state machine ask, in the words of the phone's data."""

ANYWHERE: list[dict[str, Any]] = [{"from": "*", "to": None, "when": {}}]

WORDS = {
    "required": _("请填写此项。"),
    "too_long": _("内容太长。"),
    "number": _("请填写范围内的数字。"),
    "moment": _("请填写日期和时间。"),
    "reason_required": _("拒绝派工时必须填写原因。"),
    "ends_before_it_starts": _("结束时间必须晚于开始时间。"),
    "photo_unreadable": _("这张照片无法读取，没有保存，请重拍或另选一张。"),
    "report_changed": ReportChanged.message,
    "not_signed": _("请客户在框内签字。"),
    "not_repaired": NotRepaired.message,
    "consent_required": ConsentRequired.message,
    "disposition_missing": DispositionMissing.message,
}
"""What the phone says by itself, before the server could."""


def steps() -> list[nouns.Step]:
    """In the order of the work."""
    return [step for step in nouns.STEPS if step.noun in WAYS]


def machine() -> list[dict[str, Any]]:
    """Every step with its way, its fields and the moves of the state machine behind it."""
    moves = _moves()
    return [_described(step, moves) for step in steps()]


def _described(step: nouns.Step, moves: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    way = WAYS[step.noun]
    return {
        "noun": step.noun,
        "label": str(step.label),
        "leads": step.leads,
        "door": way.door or step.noun,
        "method": way.method,
        "dated": way.dated,
        "guarded": way.guarded,
        "fields": list(_fields(step.form, way.paths)),
        "moves": ANYWHERE if step.noun in nouns.ALWAYS else moves[step.noun],
    }


def _moves() -> dict[str, list[dict[str, Any]]]:
    """The state machine's own transitions: from which state, to which, under which conditions."""
    found: dict[str, list[dict[str, Any]]] = {}
    status: Any = Ticket._meta.get_field("status")
    for move in status.get_all_transitions(Ticket):
        noun = move.custom.get("noun") or (f"{move.custom['undo']}-undo" if "undo" in move.custom else "")
        when: dict[str, bool] = {}
        for condition in move.conditions:
            when |= WHEN[condition.__name__]
        to = None if move.target is None else str(move.target)
        found.setdefault(noun, []).append({"from": str(move.source), "to": to, "when": when})
    for noun, like in nouns.LIKE.items():
        found[noun] = [{**one, "to": None} for one in found[like]]
    return found


def _fields(form: type[TicketForm], paths: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Name, kind and limits of each field, and its place in the body."""
    for name, one in form.base_fields.items():
        if name in CODED:
            continue
        limits = {
            "max": getattr(one, "max_length", None) or getattr(one, "max_value", None),
            "min": getattr(one, "min_value", None),
            "places": getattr(one, "decimal_places", None),
        }
        yield {
            "name": name,
            "path": paths.get(name, name),
            "kind": _kind(name, one),
            "required": one.required and not isinstance(one, forms.BooleanField),
            **{limit: float(value) for limit, value in limits.items() if value is not None},
        }


CODED = {"png", "report_hash", "kind", "at", "device_time"}
"""Fields that the phone fills in by itself, not from the form."""

KINDS: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.TypedChoiceField, "yes"),
    (forms.BooleanField, "flag"),
    (forms.DecimalField, "decimal"),
    (forms.IntegerField, "integer"),
    (LocalTime, "moment"),
    (forms.FileField, "file"),
)
"""What becomes of a field's text in the body; the first that fits."""


def _kind(name: str, one: forms.Field) -> str:
    by_name = {"serials": "words", "part_line": "reference"}.get(name)
    return by_name or next((told for kind, told in KINDS if isinstance(one, kind)), "text")


def form_of(step: nouns.Step, ticket: Ticket, user: User) -> TicketForm:
    """The step's form, empty; parts are typed or scanned by their code instead of chosen from the whole catalogue."""
    form = step.form(ticket=ticket, person=user.person, auto_id=f"id_{step.noun}_%s")
    if step.noun == "part-lines":
        part = form.fields["part"]
        part.widget = forms.TextInput(
            attrs={
                "class": "form-control",
                "list": "catalogue",
                "autocomplete": "off",
                "autocapitalize": "characters",
            }
        )
    for name in ("png", "at", "device_time"):  # the signature's own box and the outbox hold them
        form.fields.pop(name, None)
    return form


def catalogue() -> list[list[str]]:
    """Code and name of every part, for the engineer to choose from."""
    return [[part.code, pick(part)] for part in Part.objects.order_by("code")]


def may(ticket: Ticket, user: User) -> list[str]:
    """The steps this user may take on the ticket in one state or another."""
    return [step.noun for step in steps() if step.may(user, ticket)]
