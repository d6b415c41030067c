"""Before what cannot be undone a form asks; whatever can be undone names the way back. One table for all pages.

A key is the name of the form's address, with the step's noun where one address serves several: `person-noun:departure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Question:
    """What is asked in the dialog before the form is sent; `danger` puts the focus on going back."""

    text: StrPromise
    danger: bool = False


QUESTIONS: dict[str, Question] = {}
BACK: dict[str, str] = {}
"""Key -> how it is taken back: the form that does it, or that a new entry corrects the old one."""
AGAIN = "a new entry corrects it"
NOTHING = "nothing is lost"
ELSEWHERE = "a dialog of its own asks"


def ask(key: str, text: StrPromise, *, danger: bool = False) -> None:
    """Let the form ask before it is sent."""
    QUESTIONS[key] = Question(text, danger)


def back(ways: Mapping[str, str]) -> None:
    """Say how forms are taken back: `{"person-noun:block": "booking-release"}`."""
    BACK.update(ways)


def question_of(key: str) -> Question | None:
    """What the form asks before it is sent; None where it can be taken back or put right."""
    return QUESTIONS.get(key)
