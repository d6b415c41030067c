"""What one had open last, in the command palette: apps say how their rows are called and where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _

from service_center.kernel import presence
from service_center.kernel.models import User
from service_center.kernel.web import palette

SHOWN, LOOKED_AT = 6, 20

Describe = Callable[[User, list[int]], dict[int, palette.Choice]]
_kinds: dict[str, Describe] = {}


def register(label: str, describe: Describe) -> None:
    """`describe(user, ids)` gives the choices of the rows of one model that the user may still see."""
    _kinds[label] = describe


def _recent(ask: palette.Ask) -> list[palette.Choice]:
    seen = presence.last_seen(ask.user, list(_kinds), LOOKED_AT)
    ids: dict[str, list[int]] = defaultdict(list)
    for label, pk in seen:
        ids[label].append(pk)
    choices = {label: _kinds[label](ask.user, wanted) for label, wanted in ids.items()}
    found: Iterable[palette.Choice] = (choices[label][pk] for label, pk in seen if pk in choices[label])
    return [choice for choice in found if ask.matches(choice.title, choice.subtitle)][:SHOWN]


palette.register("recent", _("最近看过"), _recent, order=20)
