from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from customers import actions
from customers.models import Customer, ProductLine, ProductModel
from service_center.kernel import commands
from service_center.kernel.models import Event
from staff.models import Branch


@pytest.fixture
def run() -> Callable[..., Any]:
    """`run(verb, ..., by=person)`: as the door does, as that person."""

    def call(
        verb: Callable[..., Any], *args: Any, by: Any = None, key: str | None = None, **kwargs: Any
    ) -> Any:
        stamp = commands.Key(f"user:{by.user_id}", key, "same") if key else None
        return commands.run(verb, *args, actor=getattr(by, "user", None), key=stamp, **kwargs)

    return call


@pytest.fixture
def told() -> Callable[[Any], list[str]]:
    """Names of the facts about a row, oldest first."""

    def names(row: Any) -> list[str]:
        facts = Event.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
        return list(facts.order_by("id").values_list("name", flat=True))

    return names


@pytest.fixture
def model(db: None) -> Callable[..., ProductModel]:
    """`model()`: a split air conditioner with serials beginning AC35; `model("BCD-260", prefix="RF26")`."""

    def make(
        code: str = "KFR-35GW", prefix: str = "AC35", months: int = 72, line: str = "AC"
    ) -> ProductModel:
        home = ProductLine.objects.get_or_create(
            code=line, defaults={"name_zh": "空调", "name_en": "Air conditioner"}
        )[0]
        return ProductModel.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": "挂壁式空调", "name_en": "Split air conditioner", "line": home,
                "warranty_months": months, "serial_prefix": prefix,
            },
        )[0]  # fmt: skip

    return make


@pytest.fixture
def file_of(run: Any, hz: Branch) -> Callable[..., Customer]:
    """`file_of("王芳", "13800138000")`: an open file in HZ, or in `branch=`."""

    def make(name: str = "王芳", phone: str = "13800138000", **fields: Any) -> Customer:
        customer: Customer = run(actions.open_file, name=name, phone=phone, **{"branch": hz, **fields})
        return customer

    return make
