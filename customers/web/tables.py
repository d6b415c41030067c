"""The lists of customers, machines and products, as they are declared.

Numbers are shown and leave masked: a list is no way round the reason a reveal asks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from customers import queries
from customers.models import Customer, ProductLine, ProductModel, Unit
from customers.models.units import MIN_SERIAL, clean_serial
from customers.states import CustomerKind, Level, Proof, UnitStatus, Zone
from service_center.kernel import phones
from service_center.kernel.languages import listed, pick
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells
from staff.queries import branch_choices

UNITS = "units"


def _region(row: lists.Row) -> str:
    """Province, city and district in one line, the city not twice."""
    parts = (row["province"], row["city"], row["district"])
    return "".join(dict.fromkeys(part for part in parts if part))


def _load_units(rows: list[lists.Row], user: User) -> None:
    """The models of each customer's machines, in one query for the page."""
    found: dict[int, list[str]] = defaultdict(list)
    units = Unit.objects.filter(customer__in=[row["pk"] for row in rows]).select_related("product_model")
    for unit in units.order_by("id"):
        found[unit.customer_id].append(pick(unit.product_model))
    for row in rows:
        row[UNITS] = found[row["pk"]]


def _looked_up(rows: Any, text: str, user: User) -> Any:
    """Files by full number, last four digits, serial number or its end, or name."""
    return rows.filter(pk__in=[customer.pk for customer in queries.look_up(text, user)])


CUSTOMERS = lists.declare(
    lists.Declared(
        name="customers",
        url_name="customers",
        title=pgettext_lazy("plural", "客户"),
        model=Customer,
        columns=(
            lists.Column(
                "name", gettext_lazy("姓名"), lambda row: row["name"], ("name",),
                lambda row: cells.anchor(f"/customers/{row['pk']}/", row["name"]),
                fixed=True,
            ),
            lists.Column(
                "phone", gettext_lazy("电话"), lambda row: phones.mask(row["phone"]), ("phone",), css="text-nowrap"
            ),
            lists.Column("region", gettext_lazy("地区"), _region, ("province", "city", "district")),
            lists.Column(
                "units", pgettext_lazy("plural", "机器"), lambda row: listed(row[UNITS]), ("pk",),
                extra=UNITS, css="cell-subject",
            ),
            cells.choice(
                "level", gettext_lazy("等级"), Level.choices, colours={"important": "orange", "vip": "purple"}
            ),
            cells.named("branch", gettext_lazy("网点"), minor=True),
            cells.choice("kind", gettext_lazy("类型"), CustomerKind.choices, shown=False, minor=True),
            cells.choice("zone", gettext_lazy("市区或郊区"), Zone.choices, shown=False, minor=True),
            lists.Column(
                "unit_count", gettext_lazy("机器数"), lambda row: len(row[UNITS]), ("pk",),
                extra=UNITS, css="num", shown=False,
            ),
            cells.instant("opened_at", gettext_lazy("建档时间"), order="opened", minor=True),
        ),
        filters=(
            lists.Choice("level", gettext_lazy("等级"), Level.choices),
            lists.Choice("kind", gettext_lazy("类型"), CustomerKind.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "branch_id", branch_choices),
        ),
        orders=(lists.Order("opened", gettext_lazy("建档先后"), ("id",), falling=True),),
        order="-opened",
        search=_looked_up,
        search_label=gettext_lazy("电话、后四位、姓名或序列号"),
        extras={UNITS: _load_units},
        empty=lists.Empty(
            title=gettext_lazy("还没有客户档案。"),
            hint=gettext_lazy("登记来电时会自动建立档案，也可以用表格导入。"),
            title_filtered=gettext_lazy("没有符合条件的客户"),
            hint_filtered=gettext_lazy("没有找到，请核对后再试，或建立新档案。"),
        ),
        template="customers/customers.html",
        poll=0,
    )
)  # fmt: skip


def _models(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = ProductModel.objects.visible_to(user).order_by("code")
    models = found if codes is None else found.filter(code__in=codes)
    return [(model.code, f"{model.code} {pick(model)}", model.pk) for model in models]


def _lines(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = ProductLine.objects.order_by("code")
    return [
        (one.code, pick(one), one.code) for one in (found if codes is None else found.filter(code__in=codes))
    ]


def _with_serial(rows: Any, text: str, user: User) -> Any:
    """Machines whose serial number begins or ends so; each half by its index."""
    serial = clean_serial(text)
    if len(serial) < MIN_SERIAL:
        return rows.none()
    mirrored = rows.alias(mirrored=Reverse("serial"))
    return mirrored.filter(Q(serial__startswith=serial) | Q(mirrored__startswith=serial[::-1]))


MACHINES = lists.declare(
    lists.Declared(
        name="units",
        url_name="units",
        title=pgettext_lazy("plural", "机器"),
        model=Unit,
        columns=(
            lists.Column(
                "serial", gettext_lazy("序列号"), lambda row: row["serial"], ("serial",),
                lambda row: cells.anchor(f"/units/{row['pk']}/", row["serial"]),
                fixed=True, css="text-nowrap",
            ),
            cells.named("model", gettext_lazy("产品型号"), "product_model"),
            lists.Column(
                "customer", gettext_lazy("客户"), lambda row: row["customer__name"], ("customer__name", "customer_id"),
                lambda row: cells.anchor(f"/customers/{row['customer_id']}/", row["customer__name"]),
            ),
            cells.day("purchased_on", gettext_lazy("购买日期")),
            cells.day("warranty_until", gettext_lazy("保修至"), order="warranty"),
            cells.choice("proof", gettext_lazy("购买凭证"), Proof.choices, minor=True),
            cells.choice(
                "status", gettext_lazy("状态"), UnitStatus.choices,
                colours={"in_use": "green", "returned": "orange", "scrapped": "secondary"},
            ),
            cells.named("branch", gettext_lazy("网点"), "customer__branch", minor=True),
            cells.named("line", gettext_lazy("产品线"), "product_model__line", shown=False, minor=True),
            cells.day("installed_on", gettext_lazy("安装日期"), shown=False, minor=True),
            cells.instant("registered_at", gettext_lazy("登记时间"), order="registered", minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), UnitStatus.choices),
            lists.Choice("proof", gettext_lazy("购买凭证"), Proof.choices),
            lists.Lookup("model", gettext_lazy("产品型号"), "product_model_id", _models),
            lists.Days("warranty", gettext_lazy("保修截止日"), "warranty_until", whole=True, order="warranty"),
        ),
        orders=(
            lists.Order("registered", gettext_lazy("登记先后"), ("id",), falling=True),
            lists.Order("warranty", gettext_lazy("保修截止日"), ("warranty_until", "id"), gaps=True),
        ),
        order="-registered",
        search=_with_serial,
        search_label=gettext_lazy("序列号的开头或结尾"),
        empty=lists.Empty(
            title=gettext_lazy("还没有机器"),
            hint=gettext_lazy("在客户档案里登记机器，或用表格导入。"),
            title_filtered=gettext_lazy("没有符合条件的机器"),
        ),
        template="customers/units.html",
        poll=0,
    )
)  # fmt: skip


def _matching(rows: Any, text: str, user: User) -> Any:
    return rows.filter(Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text))


PRODUCTS = lists.declare(
    lists.Declared(
        name="products",
        url_name="products",
        title=pgettext_lazy("plural", "产品"),
        model=ProductModel,
        key="code",
        columns=(
            cells.link("code", gettext_lazy("型号"), "/products/%s/", order="code"),
            cells.named("name", gettext_lazy("名称"), own=True),
            cells.named("line", gettext_lazy("产品线"), order="line"),
            lists.Column(
                "warranty", gettext_lazy("保修期"),
                lambda row: _("%(n)s 个月") % {"n": row["warranty_months"]}, ("warranty_months",),
            ),
            lists.Column(
                "active", gettext_lazy("状态"),
                lambda row: _("在售") if row["is_active"] else _("停售"), ("is_active",),
            ),
            cells.text("category", gettext_lazy("类别"), shown=False),
            cells.text("serial_prefix", gettext_lazy("序列号前缀"), shown=False),
        ),
        filters=(lists.Lookup("line", gettext_lazy("产品线"), "line_id", _lines),),
        tabs=(
            lists.Tab("all", gettext_lazy("全部")),
            lists.Tab("active", gettext_lazy("在售"), lambda rows, user: rows.on_sale()),
            lists.Tab("ended", gettext_lazy("停售"), lambda rows, user: rows.filter(is_active=False)),
        ),
        orders=(
            lists.Order("line", gettext_lazy("产品线"), ("line_id", "code")),
            lists.Order("code", gettext_lazy("型号"), ("code",)),
        ),
        order="line",
        search=_matching,
        search_label=gettext_lazy("型号或名称"),
        empty=lists.Empty(
            title=gettext_lazy("还没有产品。"),
            hint=gettext_lazy("产品目录由系统管理员维护。"),
            title_filtered=gettext_lazy("没有符合条件的产品"),
        ),
        poll=0,
    )
)  # fmt: skip
