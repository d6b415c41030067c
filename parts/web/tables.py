"""The lists of parts, purchase proposals and orders, as they are declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

from django.db.models import Q
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parts import actions, permissions, queries
from parts.models import Part, PartClass, PurchaseOrder, PurchaseOrderLine, PurchaseProposal, Supplier
from parts.states import OPEN_PROPOSAL, OrderStatus, ProposalStatus, Tracking
from parts.web import forms
from service_center.kernel.languages import listed, noted, pick
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells
from staff.queries import branch_choices

FIGURES, LINES = "figures", "lines"


# -- parts -------------------------------------------------------------------------------------------------------------


def _load_figures(rows: list[lists.Row], user: User) -> None:
    found = queries.figures(row["pk"] for row in rows)
    for row in rows:
        row[FIGURES] = found[row["pk"]]


def _figure(key: str, label: Any, **more: Any) -> lists.Column:
    """One of a part's stock figures."""
    return lists.Column(
        key, label, lambda row: getattr(row[FIGURES], key), ("pk",),
        lambda row: cells.figure(getattr(row[FIGURES], key)), extra=FIGURES, css="num", **more,
    )  # fmt: skip


def _name(row: lists.Row) -> str:
    marks = []
    if row["tracked"] == Tracking.SERIAL:
        marks.append(cells.badge("azure", _("序列号")))
    if not row["is_original"]:
        marks.append(cells.badge("secondary", _("非原厂")))
    name = escape(NAME.value(row))  # type: ignore[arg-type]  # a name is a text
    return mark_safe(" ".join([name, *marks]))  # noqa: S308 - the name is escaped


def _meter(row: lists.Row) -> str:
    figures = row[FIGURES]
    words = escape(_("可发 %(n)s 件，补货点 %(s)s") % {"n": figures.available, "s": figures.reorder_point})
    return mark_safe(  # noqa: S308 - numbers, and words that are escaped
        f'<meter class="w-100" min="0" max="{figures.bar}" low="{figures.reorder_point}" high="{figures.bar}"'
        f' optimum="{figures.bar}" value="{figures.available}" title="{words}" aria-label="{words}"></meter>'
    )


def _classes(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = PartClass.objects.visible_to(user).order_by("code")
    return [
        (one.code, pick(one), one.pk) for one in (found if codes is None else found.filter(code__in=codes))
    ]


NAME = cells.named("name", gettext_lazy("名称"), own=True)
PARTS = lists.declare(
    lists.Declared(
        name="parts",
        url_name="parts",
        title=pgettext_lazy("plural", "配件"),
        model=Part,
        key="code",
        columns=(
            cells.link("code", gettext_lazy("编码"), "/parts/%s/", order="code"),
            lists.Column("name", NAME.label, NAME.value, (*NAME.reads, "tracked", "is_original"), _name, css="cell-subject"),
            cells.named("part_class", gettext_lazy("分类"), minor=True),
            cells.text("shelf", gettext_lazy("货架"), "part_class__shelf", minor=True),
            lists.Column(
                "stock", gettext_lazy("库存"), lambda row: row[FIGURES].available, ("pk",), _meter, extra=FIGURES
            ),
            _figure("on_hand", gettext_lazy("现有")),
            _figure("reserved", gettext_lazy("预留")),
            _figure("on_order", gettext_lazy("在途")),
            _figure("position", gettext_lazy("库存位置")),
            _figure("reorder_point", gettext_lazy("补货点")),
            _figure("safety_stock", gettext_lazy("安全库存"), shown=False, minor=True),
            _figure("carried", gettext_lazy("工程师随身"), shown=False, minor=True),
            _figure("blocked", gettext_lazy("待检和隔离"), shown=False, minor=True),
            cells.number("unit_price", gettext_lazy("单价（元）")),
            cells.number("lead_time_days", gettext_lazy("到货天数"), shown=False, minor=True),
        ),
        filters=(
            lists.Lookup("part_class", gettext_lazy("分类"), "part_class_id", _classes),
            lists.Flag(
                "below_reorder",
                gettext_lazy("到补货点"),
                lambda rows: rows.filter(pk__in=queries.parts_below_reorder().values("pk")),
            ),
        ),
        orders=(lists.Order("code", gettext_lazy("编码"), ("code",)),),
        order="code",
        search=lambda rows, text, user: rows.matching(text),
        search_label=gettext_lazy("编码或名称"),
        extras={FIGURES: _load_figures},
        empty=lists.Empty(
            title=gettext_lazy("还没有配件"),
            hint=gettext_lazy("配件目录可以用表格导入。"),
            title_filtered=gettext_lazy("没有符合条件的配件"),
            hint_filtered=gettext_lazy("换一个关键词，或清除筛选条件。"),
        ),
        template="parts/parts.html",
    )
)  # fmt: skip


# -- purchase proposals ------------------------------------------------------------------------------------------------


def basis(row: lists.Row) -> str:
    """Why this should be bought."""
    sums = row["calculation"]
    if not sums:
        return str(row["reason"])
    known = {"p": sums.get("position"), "s": sums.get("reorder_point"), "q": sums.get("reorder_quantity")}
    words = _("库存位置 %(p)s ≤ 补货点 %(s)s，每次 %(q)s") % known
    return noted(words, sums.get("source", ""))


def _part(row: lists.Row) -> str:
    return f"{row['part__code']} {PART_NAME.value(row)}"


def _locations(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    proposals = (
        PurchaseProposal.objects.visible_to(user).order_by("location__code").distinct("location__code")
    )
    found = proposals if codes is None else proposals.filter(location__code__in=codes)
    return [(code, code, pk) for code, pk in found.values_list("location__code", "location_id")]


PART_NAME = cells.named("part_name", gettext_lazy("名称"), "part")
PROPOSALS = lists.declare(
    lists.Declared(
        name="purchase-proposals",
        url_name="purchase-proposals",
        title=pgettext_lazy("plural", "采购建议"),
        model=PurchaseProposal,
        columns=(
            lists.Column(
                "part", gettext_lazy("配件"), _part, ("part__code", *PART_NAME.reads),
                lambda row: cells.anchor(f"/purchase-proposals/{row['pk']}/", _part(row)),
                fixed=True,
            ),
            cells.text("location", gettext_lazy("仓库"), "location__code", css="text-nowrap"),
            cells.number("quantity", gettext_lazy("数量")),
            cells.choice(
                "status", gettext_lazy("状态"), ProposalStatus.choices,
                colours={"proposed": "azure", "planned": "blue", "ordered": "green", "dropped": "secondary"},
            ),
            lists.Column("basis", gettext_lazy("依据"), basis, ("calculation", "reason"), css="cell-subject"),
            cells.instant("created_at", gettext_lazy("时间"), order="made", minor=True),
            cells.number("unit_price", gettext_lazy("单价（元）"), "part__unit_price", shown=False, minor=True),
            cells.instant("decided_at", gettext_lazy("处理时间"), shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), ProposalStatus.choices),
            lists.Lookup("location", gettext_lazy("仓库"), "location_id", _locations),
        ),
        tabs=(
            lists.Tab("open", gettext_lazy("未完成"), only=("status", tuple(map(str, OPEN_PROPOSAL)))),
            lists.Tab("planned", gettext_lazy("待下单"), only=("status", ("planned",))),
            lists.Tab("all", gettext_lazy("全部")),
        ),
        orders=(lists.Order("made", gettext_lazy("提出先后"), ("id",), falling=True),),
        order="-made",
        search=lambda rows, text, user: rows.filter(part__in=Part.objects.matching(text)),
        search_label=gettext_lazy("配件编码或名称"),
        actions=(
            lists.Action(
                "plan", gettext_lazy("列入计划"), "check", actions.decide, permissions.can_plan, forms.PlanForm,
                question=gettext_lazy("按建议的数量列入；要改数量请打开那一条。"),
            ),
            lists.Action(
                "drop", pgettext_lazy("proposal", "放弃"), "ban", actions.decide, permissions.can_plan, forms.DropForm,
                danger=True,
            ),
            lists.Action(
                "order", gettext_lazy("下单"), "shopping-cart", actions.place_order, permissions.can_buy,
                page="purchase-order-new",
            ),
        ),
        empty=lists.Empty(
            title=gettext_lazy("没有采购建议"),
            hint=gettext_lazy("库存位置降到补货点时，系统会自动提出。"),
            title_filtered=gettext_lazy("没有符合条件的采购建议"),
        ),
    )
)  # fmt: skip


# -- purchase orders ---------------------------------------------------------------------------------------------------


def _load_lines(rows: list[lists.Row], user: User) -> None:
    """What each order is for, in one query for the page."""
    found: dict[int, list[str]] = defaultdict(list)
    ordered = PurchaseOrderLine.objects.filter(order__in=[row["pk"] for row in rows]).order_by("id")
    for order, code, quantity in ordered.values_list("order_id", "part__code", "quantity"):
        found[order].append(f"{code} × {quantity}")
    for row in rows:
        row[LINES] = found[row["pk"]]


def _suppliers(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = Supplier.objects.visible_to(user).order_by("code")
    return [
        (one.code, pick(one), one.pk) for one in (found if codes is None else found.filter(code__in=codes))
    ]


def _matching_orders(rows: Any, text: str, user: User) -> Any:
    parts = PurchaseOrderLine.objects.filter(part__in=Part.objects.matching(text))
    return rows.filter(Q(number__istartswith=text) | Q(pk__in=parts.values("order")))


ORDERS = lists.declare(
    lists.Declared(
        name="purchase-orders",
        url_name="purchase-orders",
        title=pgettext_lazy("plural", "采购订单"),
        model=PurchaseOrder,
        key="number",
        columns=(
            cells.link("number", gettext_lazy("订单"), "/purchase-orders/%s/", order="number"),
            cells.named("supplier", gettext_lazy("供应商")),
            cells.text("location", gettext_lazy("仓库"), "location__code", css="text-nowrap"),
            lists.Column(
                "lines", gettext_lazy("配件"), lambda row: listed(row[LINES]), ("pk",), extra=LINES, css="cell-subject"
            ),
            cells.day("due_on", gettext_lazy("交货日期"), order="due"),
            cells.choice(
                "status", gettext_lazy("状态"), OrderStatus.choices,
                colours={"ordered": "azure", "arrived": "yellow", "closed": "green", "cancelled": "secondary"},
            ),
            cells.instant("ordered_at", gettext_lazy("下单时间"), minor=True),
            cells.instant("closed_at", gettext_lazy("结束时间"), shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), OrderStatus.choices),
            lists.Lookup("supplier", gettext_lazy("供应商"), "supplier_id", _suppliers),
            lists.Lookup("branch", gettext_lazy("网点"), "location__branch_id", branch_choices),
            lists.Days("due", gettext_lazy("交货日期"), "due_on", whole=True, order="due"),
        ),
        tabs=(
            lists.Tab("all", gettext_lazy("全部")),
            lists.Tab("open", gettext_lazy("未完成"), only=("status", ("ordered", "arrived"))),
        ),
        orders=(
            lists.Order("number", gettext_lazy("下单先后"), ("id",), falling=True),
            lists.Order("due", gettext_lazy("交货日期"), ("due_on", "id")),
        ),
        order="-number",
        search=_matching_orders,
        search_label=gettext_lazy("订单号或配件"),
        extras={LINES: _load_lines},
        empty=lists.Empty(
            title=gettext_lazy("没有采购订单"),
            hint=gettext_lazy("采购建议列入计划后，由采购员下单。"),
            title_filtered=gettext_lazy("没有符合条件的采购订单"),
        ),
    )
)  # fmt: skip
