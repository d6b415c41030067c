"""Slots on lower apps' pages that higher apps fill: a customer's tickets, a unit's complaints.

A panel is `function(request, obj) -> HTML fragment or ""`, registered for a place such as "customer".
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

Panel = Callable[[HttpRequest, Any], SafeString | str]
_panels: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def register(place: str, panel: Panel, *, order: int = 50) -> None:
    """Show `panel` at `place`, lower orders first."""
    _panels[place].append((order, panel))
    _panels[place].sort(key=lambda item: item[0])


def render(place: str, request: HttpRequest, obj: Any) -> list[SafeString | str]:
    """The place's fragments for this object."""
    return [html for _, panel in _panels[place] if (html := panel(request, obj))]
