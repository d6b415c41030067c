"""The shapes of the shipped rulebook's rows. A clause is named `<document> <article>`, such as `003 3.1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Conditions = Mapping[str, str | Sequence[str]]
Rungs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Seed:
    """What every row of the rulebook has; `conflicts` are the CF numbers of docs/requirements.md it settles."""

    code: str
    zh: str
    en: str
    clause: str
    conditions: Conditions = field(default_factory=dict)
    conflicts: Sequence[str] = ()
    alternative: bool = False
    mandatory: bool = False
    demo: bool = False
    notes: str = ""


@dataclass(frozen=True)
class RuleSeed(Seed):
    """A duration. `pauses` are hold reasons that stop the clock, `rungs` what happens on the way."""

    value: str = "0"
    unit: str = "hour"
    calendar: str = "24x7"
    rungs: Rungs = ()
    pauses: Sequence[str] = ()


@dataclass(frozen=True)
class SettingSeed(Seed):
    """A typed value with its unit and bounds."""

    kind: str = "text"
    value: Any = ""
    unit: str = ""
    minimum: str | None = None
    maximum: str | None = None
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class StepSeed(Seed):
    """One step of the approval chain of kind `code`."""

    role: str = ""
    order: int = 1
    above: str = ""  # setting with the limit the amount must exceed
    up_to: str = ""  # setting with the limit the amount must not exceed
    same_branch: bool = False
