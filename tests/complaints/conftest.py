"""A customer who complains, and the people who take care of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from complaints import actions
from complaints.models import Complaint
from customers.actions import files
from customers.models import Customer
from service_center.kernel import commands
from staff.models import Branch, Person

SAID = {"channel": "hotline", "content": "修了三次还漏水", "apology": "给您添麻烦了，非常抱歉。"}


@pytest.fixture
def agent(person: Callable[..., Person]) -> Person:
    return person("agent", username="agent")


@pytest.fixture
def supervisor(person: Callable[..., Person]) -> Person:
    return person("supervisor", username="supervisor")


@pytest.fixture
def manager(person: Callable[..., Person]) -> Person:
    return person("manager", username="manager")


@pytest.fixture
def director(person: Callable[..., Person]) -> Person:
    return person("director", username="director")


@pytest.fixture
def engineer(person: Callable[..., Person]) -> Person:
    return person("engineer", username="engineer")


@pytest.fixture
def customer(hz: Branch) -> Customer:
    return commands.run(files.open_file, name="王芳", phone="13800138000", branch=hz)


@pytest.fixture
def complaint(customer: Customer, agent: Person) -> Complaint:
    return commands.run(actions.register, customer=customer, **SAID, actor=agent.user)


@pytest.fixture
def walk(agent: Person) -> Callable[..., Complaint]:
    """`walk(complaint, "plan_set")`: bring a general, simple, founded complaint to a state by its verbs."""

    def to(complaint: Complaint, state: str, **grading: Any) -> Complaint:
        grades = {"gravity": "general", "complexity": "simple"} | grading
        path = _path(agent, grades)
        states = ["received", *(reached for reached, _verb, _words in path)]
        for reached, verb, words in path[states.index(complaint.status) : states.index(state)]:
            commands.run(verb, complaint, **words, actor=agent.user)
            complaint.refresh_from_db()
            assert complaint.status == reached
        assert complaint.status == state
        return complaint

    return to


def _path(agent: Person, grades: dict[str, str]) -> list[tuple[str, Any, dict[str, Any]]]:
    from datetime import date

    finding = {
        "methods": ["contact", "record_review"],
        "root_cause": "密封圈老化",
        "responsibility": "维修班组",
    }
    plan = {
        "text": "更换密封圈并上门复检",
        "department": "维修部",
        "responsible": agent,
        "timetable": [{"step": "更换", "due_on": date(2030, 1, 8)}],
    }
    return [
        ("graded", actions.grade, grades),
        ("verified", actions.verify, {"founded": True, "evidence": "三张维修单"}),
        ("investigated", actions.investigate, finding),
        ("plan_set", actions.set_plan, plan),
        ("result_told", actions.tell_result, {"channel": "phone", "text": "已更换密封圈"}),
        ("satisfied", actions.note_satisfaction, {"satisfied": True}),
        ("closed", actions.close, {}),
    ]
