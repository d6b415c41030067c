"""Figures over REST: each equals an independent recomputation, opens the rows it counts, and is closed to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from complaints.models import Complaint
from parts.models import Balance, StockPolicy
from service_center.kernel import commands
from service_center.kernel.models import Clock
from surveys.models import FollowUp, Invitation
from tests.reports.conftest import window
from tickets.models import Diagnosis, Ticket, Visit

pytestmark = pytest.mark.django_db

OPEN = {
    "registered", "verified", "classified", "dispatched", "appointed", "in_handling", "on_hold", "handled", "result_told",
}  # fmt: skip
Row = tuple[Any, Any, Any]
Answers = list[dict[str, Any]]


# -- the recomputation: plain Python over all rows, nothing shared with the product --------------------------------


class Books:
    """All rows of one branch or of all, and the figures an accountant would work out from them by hand."""

    def __init__(self, since: datetime, until: datetime, branch: str | None = None) -> None:
        self.since, self.until = since, until

        def mine(row: Any) -> bool:
            return branch is None or row.branch.code == branch

        self.tickets = [t for t in Ticket.objects.all() if mine(t)]
        ids = {t.pk for t in self.tickets}
        self.clocks = [
            c for c in Clock.objects.all() if c.subject_type == "tickets.ticket" and c.subject_id in ids
        ]
        self.calls = [f for f in FollowUp.objects.all() if mine(f)]
        self.surveys = [i for i in Invitation.objects.all() if mine(i)]
        self.complaints = [c for c in Complaint.objects.all() if mine(c)]
        self.policies = [p for p in StockPolicy.objects.all() if mine(p.location)]

    def within(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until

    def all(self) -> dict[str, Row]:
        reported = [t for t in self.tickets if self.within(t.reported_at)]
        served = [t for t in self.tickets if t.status in {"closed", "answered"} and self.within(t.closed_at)]
        closed = [t for t in self.tickets if t.status == "closed" and self.within(t.closed_at)]
        ids = {t.pk for t in self.tickets}
        spoken = [t for t in reported if t.responded_at or t.arrived_at]
        received = [c for c in self.complaints if self.within(c.reported_at)]
        done = [f for f in self.calls if f.status == "completed" and self.within(f.completed_at)]
        due = [f for f in self.calls if f.status != "cancelled" and self.within(f.due_at)]
        asked = [f for f in self.calls if self.within(f.requested_at)]
        late = {c.subject_id for c in self.clocks if c.kind == "solution" and c.breached_at}
        opened = [c for c in self.clocks if c.stopped_at is None]
        return {
            "tickets.open": count(t for t in self.tickets if t.status in OPEN),
            "tickets.reported": count(reported),
            "tickets.ended": count(
                t for t in self.tickets if t.status not in OPEN and self.within(t.closed_at)
            ),
            "tickets.in_hand": count(t for t in self.tickets if t.status in {"in_handling", "on_hold"}),
            "tickets.reopened": share(sum(t.reopen_count > 0 for t in closed), len(closed)),
            "faults.found": count(
                d for d in Diagnosis.objects.all() if d.ticket_id in ids and self.within(d.at)
            ),
            "clocks.broken": count(c for c in opened if c.state == "breached"),
            "clocks.at_risk": count(c for c in opened if c.state == "running" and c.warned_at),
            "sla.response": self.attainment("response"),
            "sla.arrival": self.attainment("arrival"),
            "sla.solution": self.attainment("solution"),
            "service.response_hours": mean(
                hours(min(filter(None, [t.responded_at, t.arrived_at])) - t.reported_at) for t in spoken
            ),
            "service.first_time_fix": self.first_time_fix(),
            "service.coverage": share(len(spoken), len(reported)),
            "service.efficiency": share(sum(t.pk not in late for t in served), len(served)),
            "satisfaction.score": mean(i.score for i in self.surveys if self.within(i.answered_at)),
            "complaints.rate": share(sum(c.founded is not False for c in received), len(served)),
            "complaints.handled": share(sum(c.status == "closed" for c in received), len(received)),
            "stock.below_reorder": count({p.part_id for p in self.policies if free(p) <= p.reorder_point}),
            "followup.coverage": share(
                len({f.customer_id for f in due if f.status == "completed"}),
                len({f.customer_id for f in due}),
            ),
            "followup.score": mean(
                f.score for f in self.calls if f.score is not None and self.within(f.completed_at)
            ),
            "followup.solution": share(sum(bool(f.solved) for f in done), len(done)),
            "followup.hours": mean(hours(f.completed_at - f.opened_at) for f in done),
            "followup.response": share(sum(f.first_attempt_at is not None for f in asked), len(asked)),
        }

    def attainment(self, kind: str) -> Row:
        mine = [c for c in self.clocks if c.kind == kind]
        met = [c for c in mine if c.state == "met" and not c.breached_at and self.within(c.stopped_at)]
        return share(len(met), len(met) + sum(self.within(c.breached_at) for c in mine))

    def first_time_fix(self) -> Row:
        visits = [v for v in Visit.objects.select_related("ticket") if v.arrived_at]
        faults: dict[int, set[str]] = {}
        for row in Diagnosis.objects.all():
            faults.setdefault(row.ticket_id, set()).add(row.fault_class)
        jobs = fixed = 0
        for ticket in self.tickets:
            own = [v for v in visits if v.ticket_id == ticket.pk]
            if ticket.status != "closed" or not self.within(ticket.closed_at) or not own:
                continue
            jobs += 1
            again = [
                v
                for v in visits
                if v.ticket_id != ticket.pk
                and ticket.unit_id is not None
                and v.ticket.unit_id == ticket.unit_id
                and timedelta(0) < v.arrived_at - ticket.closed_at <= timedelta(days=30)
                and (v.ticket_id not in faults or faults[v.ticket_id] & faults.get(ticket.pk, set()))
            ]
            fixed += len(own) == 1 and not again and ticket.reopen_count == 0
        return share(fixed, jobs)


def count(rows: Any) -> Row:
    number = len(list(rows))
    return number, number, Decimal(number)


def share(hits: int, total: int) -> Row:
    return hits, total, round(Decimal(100 * hits) / total, 2) if total else None


def mean(values: Any) -> Row:
    known = [Decimal(value) for value in values]
    return sum(known), len(known), sum(known) / len(known) if known else None


def hours(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)) / 3_600_000_000


def free(policy: StockPolicy) -> int:
    return sum(
        b.on_hand - b.reserved for b in Balance.objects.filter(part=policy.part, location=policy.location)
    )


def figures(door: Any, query: str) -> dict[str, Any]:
    answer = door.get(f"kpis/?{query}")
    assert answer.status_code == 200, answer.content
    return {one["code"]: one for one in answer.json()["results"]}


def pair(query: str) -> tuple[datetime, datetime]:
    asked = parse_qs(query)
    since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
    return since, until


def close(found: Any, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(Decimal(found) - Decimal(expected)) <= Decimal("0.01")


def pages(door: Any, url: str) -> Answers:
    """Every row behind an address, page after page."""
    rows: Answers = []
    while url:
        answer = door.get(url)
        assert answer.status_code == 200, (url, answer.content)
        rows += answer.json()["results"]
        after = answer.json()["next"]
        url = f"{urlsplit(after).path}?{urlsplit(after).query}" if after else ""
    return rows


# -- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.req("KPI-01", "KPI-04", "DSP-13")
def test_each_figure_equals_a_recomputation_from_the_rows(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    query = window()
    found = figures(api(busy.manager), query)
    expected = Books(*pair(query)).all()
    assert set(found) == set(expected)
    wrong = {
        code: (found[code]["numerator"], found[code]["denominator"], found[code]["value"], row)
        for code, row in expected.items()
        if not (
            close(found[code]["numerator"], row[0])
            and found[code]["denominator"] == row[1]
            and close(found[code]["value"], row[2])
        )
    }
    assert not wrong
    silent = [code for code, one in found.items() if one["denominator"] == 0]
    assert not silent, "the world leaves these figures without rows"


@pytest.mark.req("KPI-01", "KPI-04")
def test_each_figure_opens_the_rows_it_counts(busy: SimpleNamespace, api: Callable[..., Any]) -> None:
    door = api(busy.manager)
    for code, one in figures(door, window() + "&branch=HZ").items():
        rows = pages(door, one["rows_url"] + "&page_size=3")
        assert (code, len(rows)) == (code, one["denominator"])
        assert all(row["title"] for row in rows)
        if one["unit"] == "percent":
            hits = pages(door, one["rows_url"] + "&part=hits&page_size=3")
            assert (code, len(hits)) == (code, int(Decimal(one["numerator"])))


def test_each_row_opens_its_page(
    busy: SimpleNamespace, api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    door, browser = api(busy.manager), web(busy.manager)
    for one in figures(door, window()).values():
        for row in pages(door, one["rows_url"])[:1]:
            assert browser.get(row["url"]).status_code == 200, (one["code"], row)


@pytest.mark.req("KPI-01")
def test_a_figure_has_the_contracts_shape(busy: SimpleNamespace, api: Callable[..., Any]) -> None:
    one = api(busy.manager).get("kpis/sla.response/").json()
    assert {"value", "numerator", "denominator", "rows_url", "as_of", "version"} <= set(one)
    assert (one["code"], one["unit"], one["version"]) == ("sla.response", "percent", 1)
    assert one["as_of"].endswith("Z")
    past = api(busy.manager).get(f"kpis/sla.response/?{window(after=-24)}").json()
    for read in (one, past):
        assert datetime.fromisoformat(read["as_of"]) == commands.now()
    assert isinstance(one["denominator"], int)
    english = api(busy.manager).get("kpis/tickets.open/", **{"Accept-Language": "en"}).json()
    chinese = api(busy.manager).get("kpis/tickets.open/", **{"Accept-Language": "zh"}).json()
    assert (english["code"], english["value"]) == (chinese["code"], chinese["value"])
    assert english["name"] != chinese["name"] == "未结工单"


def test_a_supervisor_reads_the_own_branch_the_manager_all_or_one(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    query = window()
    for reader, asked, branch in (
        (busy.supervisor, query, "HZ"),
        (busy.supervisor2, query, "SH"),
        (busy.manager, f"{query}&branch=SH", "SH"),
    ):
        found = figures(api(reader), asked)
        for code, row in Books(*pair(query), branch).all().items():
            assert (branch, code, found[code]["denominator"]) == (branch, code, row[1])
            assert close(found[code]["value"], row[2]), (branch, code)
    foreign = figures(api(busy.supervisor), f"{query}&branch=SH")
    assert {one["denominator"] for code, one in foreign.items() if code != "stock.below_reorder"} == {0}
    assert not pages(api(busy.supervisor), foreign["tickets.open"]["rows_url"])


def test_the_period_and_the_engineer_narrow_the_figures(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    door = api(busy.manager)
    old = figures(door, window(before=24 * 20, after=-100))
    assert (old["tickets.reported"]["value"], old["service.efficiency"]["value"]) == ("1.00", None)
    assert old["tickets.open"]["value"] == figures(door, window())["tickets.open"]["value"]
    mine = figures(door, f"{window()}&person=engineer")
    assert (
        mine["tickets.reported"]["denominator"] == Ticket.objects.filter(assignee=busy.engineer).count() > 0
    )
    idle = figures(door, f"{window()}&person=engineer2")
    assert (idle["tickets.reported"]["denominator"], idle["sla.response"]["value"]) == (0, None)
