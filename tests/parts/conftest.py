"""Stock to work with: two parts in the Hangzhou store, and short ways to run verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from parts import actions as stock
from parts import queries
from parts.models import Location, Part, PartClass, PurchaseOrder, PurchaseProposal, Supplier
from parts.states import Kind
from service_center.kernel import commands
from staff.models import Branch

run = commands.run


@pytest.fixture
def part_class(db: None) -> PartClass:
    return PartClass.objects.get_or_create(
        code="EL-R-H",
        defaults={
            "name_zh": "常用维修电子件",
            "name_en": "Electronic repair parts, often used",
            "function": "electronic",
            "use": "repair",
            "frequency": "high",
            "shelf": "A-01",
        },
    )[0]


@pytest.fixture
def make_part(part_class: PartClass) -> Callable[..., Part]:
    def make(code: str, **fields: Any) -> Part:
        given = {"name_zh": "控制主板", "name_en": "Main board", "unit_price": Decimal("120.00")} | fields
        return run(stock.register_part, code=code, part_class=part_class, **given)

    return make


@pytest.fixture
def store(hz: Branch) -> Location:
    return stock.place(hz, Kind.STORE)


@pytest.fixture
def fill(store: Location) -> Callable[..., None]:
    """Put counted stock into the store."""

    def put(part: Part, quantity: int, *serials: str, location: Location | None = None) -> None:
        run(
            stock.adjust,
            part,
            location=location or store,
            quantity=quantity,
            serials=serials,
            reason="期初盘点",
        )

    return put


@pytest.fixture
def board(make_part: Callable[..., Part], fill: Callable[..., None]) -> Part:
    """Five pieces of a part counted by number."""
    part = make_part("B-1")
    fill(part, 5)
    return part


@pytest.fixture
def motor(make_part: Callable[..., Part], fill: Callable[..., None]) -> Part:
    """Two pieces of a part with serial numbers."""
    part = make_part("M-1", name_zh="压缩机", name_en="Compressor", tracked="serial")
    fill(part, 2, "S-1", "S-2")
    return part


@dataclass(frozen=True)
class Job:
    """What asks for parts here: any row will do, the ledger keeps its type and id."""

    row: Any

    def reserve(self, part: Part, quantity: int = 1, **more: Any) -> Any:
        branch = more.pop("branch", self.row)
        return run(
            stock.reserve, part, quantity=quantity, branch=branch, source=self.row, reference="T-1", **more
        )


@pytest.fixture
def job(hz: Branch) -> Job:
    return Job(hz)


@pytest.fixture
def supplier(db: None) -> Supplier:
    made = run(stock.register_supplier, code="SUP-1", name_zh="供应商", name_en="Supplier")
    scores = {"qualification": 90, "reputation": 80, "quality": 85, "price": 70, "delivery": 75}
    return run(stock.evaluate_supplier, made, **scores)


@pytest.fixture
def order(store: Location, supplier: Supplier) -> Callable[..., PurchaseOrder]:
    """An order for a part, through proposal and plan."""

    def make(part: Part, quantity: int) -> PurchaseOrder:
        proposal = PurchaseProposal.objects.open().filter(part=part, location=store).first() or run(
            stock.propose, part, location=store, quantity=quantity, reason="备货"
        )
        run(stock.decide, proposal, approve=True, quantity=quantity)
        return run(
            stock.place_order,
            supplier=supplier,
            lines=[(proposal, Decimal("80.00"))],
            due_on=date(2030, 1, 1),
            quality_standard="原厂",
            after_sales_terms="包换一年",
        )

    return make


PASSED = {"appearance": True, "size": True, "performance": True, "marking": True}


def figures(part: Part) -> queries.Figures:
    return queries.figures([part.pk])[part.pk]


@pytest.fixture(autouse=True)
def _ledger_agrees(request: pytest.FixtureRequest) -> Any:
    """After each test that touched the database, ledger, balances, serials and reservations agree."""
    uses_db = {"db", "transactional_db"} & set(request.fixturenames)
    if uses_db:
        request.getfixturevalue("db" if "db" in uses_db else "transactional_db")
    yield
    if uses_db:
        assert list(stock.recount(at=commands.now(), fix=False)) == []
