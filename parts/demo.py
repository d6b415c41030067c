"""The demo company's stock: sixty parts in two stores, engineers' bags, suppliers, orders at every stage.

Made by the verbs at past instants, the same for the same seed. Fixed facts: `P-1001` lies in Hangzhou at its
reorder point + 1, `P-2001` is tracked by serial with `S-1` and `S-2` in the Hangzhou store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from parts import actions as stock
from parts import queries
from parts.models import Location, Part, PartClass, PurchaseOrder, PurchaseProposal, Supplier
from parts.states import Kind
from service_center.kernel import commands
from service_center.kernel.models import User
from staff.models import Branch, Person

if TYPE_CHECKING:
    from service_center.kernel.management.commands.demo import World

CLASSES: Final = (
    (
        "EL-R-H",
        "常用维修电子件",
        "Electronic repair parts, often used",
        "electronic",
        "repair",
        "high",
        "A-01",
    ),
    ("EE-R-M", "一般维修电气件", "Electrical repair parts", "electrical", "repair", "medium", "A-02"),
    ("ME-R-M", "一般维修机械件", "Mechanical repair parts", "mechanical", "repair", "medium", "B-01"),
    ("FL-R-L", "少用维修管路件", "Fluid repair parts, seldom used", "fluid", "repair", "low", "B-02"),
    (
        "FU-I-M",
        "安装五金件",
        "Furniture fittings for installation",
        "furniture",
        "installation",
        "medium",
        "C-01",
    ),
    ("CO-M-H", "保养耗材", "Consumables for maintenance", "consumable", "maintenance", "high", "D-01"),
)
NAMES: Final = (
    ("EL-R-H", "控制主板", "Main board", 180),
    ("EL-R-H", "显示板", "Display board", 95),
    ("EL-R-H", "温度传感器", "Temperature sensor", 22),
    ("EE-R-M", "电源线", "Power cord", 18),
    ("EE-R-M", "启动电容", "Start capacitor", 26),
    ("EE-R-M", "电磁阀", "Solenoid valve", 48),
    ("EE-R-M", "加热管", "Heating element", 66),
    ("ME-R-M", "门封条", "Door seal", 35),
    ("ME-R-M", "轴承", "Bearing", 28),
    ("ME-R-M", "皮带", "Drive belt", 24),
    ("ME-R-M", "铰链", "Hinge", 15),
    ("FL-R-L", "排水泵", "Drain pump", 72),
    ("FL-R-L", "进水管", "Inlet hose", 19),
    ("FL-R-L", "水位开关", "Level switch", 31),
    ("FU-I-M", "抽屉滑轨", "Drawer slide", 27),
    ("FU-I-M", "气压杆", "Gas lift", 45),
    ("FU-I-M", "脚轮", "Castor", 9),
    ("CO-M-H", "空气滤网", "Air filter", 16),
    ("CO-M-H", "除垢剂", "Descaler", 12),
)
SIZES: Final = (("标准型", "standard"), ("加强型", "heavy duty"), ("小型", "compact"))
TRACKED: Final = (("P-2001", "压缩机", "Compressor", 860), ("P-2002", "直流电机", "DC motor", 320))
SUPPLIERS: Final = (
    ("SUP-01", "华东电子", "East China Electronics", (92, 88, 90, 75, 86)),
    ("SUP-02", "宁波机电", "Ningbo Electromechanical", (85, 80, 78, 90, 82)),
    ("SUP-03", "南方配件", "Southern Parts", (70, 72, 68, 95, 64)),
)

MONTHS: Final = 24
DRIFTER: Final = "SUP-03"
DRIFT: Final = (0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 2, 1, 2, 2, 3, 3, 4, 4, 5, 6)
"""Pieces of twenty that failed the inspection, month by month: one supplier's quality slips away."""


def seed(world: World) -> None:
    """Fill the parts room. Needs the staff's demo people and branches."""
    keeper = _Demo(world)
    with commands.as_of(world.now - timedelta(days=770)):
        keeper.open_catalogue()
        keeper.meet_suppliers()
        keeper.count_opening_stock()
    for month in range(MONTHS, 0, -1):
        with commands.as_of(world.now - timedelta(days=30 * month + 15)):
            keeper.buy_from_the_drifter(month)
    with commands.as_of(world.now - timedelta(days=30)):
        keeper.fill_bags()
        keeper.buy_and_put_away()
    with commands.as_of(world.now - timedelta(days=2)):
        keeper.let_some_run_low()
        keeper.leave_orders_open()


class _Demo:
    """The hands of the demo company; who is not there is replaced by the system."""

    def __init__(self, world: World) -> None:
        self.now, self.dice = world.now, world.dice
        self.branches = list(Branch.objects.filter(code__in=("HZ", "SH")).order_by("code"))
        self.stores: dict[str, Location] = {}
        self.parts: list[Part] = []

    def open_catalogue(self) -> None:
        fields = ("code", "name_zh", "name_en", "function", "use", "frequency", "shelf")
        classes = {
            row[0]: self._do(stock.open_class, **dict(zip(fields, row, strict=True))) for row in CLASSES
        }
        for number in range(len(NAMES) * len(SIZES)):
            self.parts.append(self._register(number, classes))
        for code, zh, en, price in TRACKED:
            self._do(
                stock.register_part,
                code=code,
                name_zh=zh,
                name_en=en,
                part_class=classes["ME-R-M"],
                unit_price=Decimal(price),
                tracked="serial",
                warranty_months=24,
            )

    def _register(self, number: int, classes: dict[str, PartClass]) -> Part:
        class_code, zh, en, price = NAMES[number % len(NAMES)]
        size_zh, size_en = SIZES[number // len(NAMES)]
        part: Part = self._do(
            stock.register_part,
            code=f"P-{1001 + number}",
            name_zh=f"{zh}（{size_zh}）",
            name_en=f"{en}, {size_en}",
            part_class=classes[class_code],
            unit_price=Decimal(price + number % 7),
            minimum_order=5 if price < 30 else 1,
            pack_size=5 if price < 30 else 1,
            lead_time_days=self.dice.choice((3, 5, 7, 14)),
            warranty_months=self.dice.choice((3, 6, 12)),
            is_original=number % 10 != 9,
        )
        return part

    def meet_suppliers(self) -> None:
        for code, zh, en, scores in SUPPLIERS:
            supplier = self._do(stock.register_supplier, code=code, name_zh=zh, name_en=en)
            names = ("qualification", "reputation", "quality", "price", "delivery")
            self._do(stock.evaluate_supplier, supplier, **dict(zip(names, scores, strict=True)))

    def count_opening_stock(self) -> None:
        for branch in self.branches:
            self.stores[branch.code] = stock.place(branch, Kind.STORE)
        home = self.stores["HZ"]
        first, *others = self.parts
        self._plan(first, home, 5, 10)
        self._count(first, home, 6)  # a fixed fact: one above the reorder point
        for part in others:
            for store in self.stores.values():
                point = self.dice.randint(2, 6)
                self._plan(part, store, point, self.dice.choice((5, 10, 20)))
                self._count(part, store, point + self.dice.randint(14, 24))
        compressor, motor = (Part.objects.get(code=code) for code, *_rest in TRACKED)
        self._plan(compressor, home, 0, 2)
        self._count(compressor, home, 2, "S-1", "S-2")
        for code, store in self.stores.items():
            self._plan(motor, store, 1, 4)
            self._count(motor, store, 4, *(f"{code}-M{n:03d}" for n in range(1, 5)))

    def _plan(self, part: Part, store: Location, point: int, lot: int) -> None:
        self._do(
            stock.plan_stock,
            part,
            location=store,
            safety_stock=point // 2,
            reorder_point=point,
            reorder_quantity=lot,
        )

    def _count(
        self, part: Part, store: Location, quantity: int, *serials: str, reason: str = "期初盘点"
    ) -> None:
        self._do(stock.adjust, part, location=store, quantity=quantity, serials=serials, reason=reason)

    def fill_bags(self) -> None:
        """Each engineer carries two of three common parts."""
        engineers = Person.objects.at_work().with_role("engineer").filter(branch__code__in=self.stores)
        for person in engineers.select_related("branch", "user").order_by("pk"):
            for part in self.dice.sample(self.parts[1:20], 3):
                self._do(stock.carry, part, person=person, quantity=2)

    def buy_and_put_away(self) -> None:
        """One order from proposal to shelf, with two pieces that failed."""
        order = self._order(self.parts[40], 20, "SUP-01", self.now.date() - timedelta(days=31))
        self._do(stock.receive, order, part=self.parts[40], quantity=20, delivery_note="DN-0001")
        verdict = {"appearance": True, "size": True, "performance": False, "marking": True}
        self._do(
            stock.inspect, order, part=self.parts[40], passed=18, failed=2, note="两件通电无反应", **verdict
        )

    def buy_from_the_drifter(self, month: int) -> None:
        """One month's order of the supplier that drifts; every half year it is evaluated anew, a little worse."""
        part, failed = self.parts[52 + month % 3], DRIFT[MONTHS - month]
        today = (self.now - timedelta(days=30 * month + 15)).date()
        order = self._order(part, 20, DRIFTER, today - timedelta(days=failed))
        self._do(stock.receive, order, part=part, quantity=20, delivery_note=f"DN-1{MONTHS - month:03d}")
        verdict = {"appearance": True, "size": failed < 3, "performance": not failed, "marking": True}
        note = "抽检不合格" if failed else ""
        self._do(stock.inspect, order, part=part, passed=20 - failed, failed=failed, note=note, **verdict)
        self._count(part, self.stores["HZ"], -16, reason="领用于批量整机维修")
        if month % 6 == 0:
            quality = 80 - 12 * (MONTHS - month) // 6
            marks = {"qualification": 70, "reputation": 72, "quality": quality, "price": 95, "delivery": 64}
            self._do(stock.evaluate_supplier, Supplier.objects.get(code=DRIFTER), **marks)

    def let_some_run_low(self) -> None:
        """Counts that came out short bring eight parts to their reorder point: the system proposes."""
        store = self.stores["HZ"]
        for part in self.parts[21:37:2]:
            free = queries.available(part, store.branch)  # type: ignore[arg-type]  # a store has a branch
            point = part.policies.get(location=store).reorder_point
            self._count(part, store, point - free, reason="盘亏：与实物核对")
        for proposal in PurchaseProposal.objects.open().order_by("id")[:2]:
            self._do(stock.decide, proposal, approve=True)

    def leave_orders_open(self) -> None:
        """One order under way, one that waits for its inspection."""
        self._order(self.parts[50], 10, "SUP-02", self.now.date() + timedelta(days=5))
        arrived = self._order(self.parts[51], 10, "SUP-03", self.now.date() + timedelta(days=1))
        self._do(stock.receive, arrived, part=self.parts[51], quantity=10, delivery_note="DN-0002")

    def _order(self, part: Part, quantity: int, supplier: str, due: date) -> PurchaseOrder:
        proposal = self._do(
            stock.propose, part, location=self.stores["HZ"], quantity=quantity, reason="季节性备货"
        )
        self._do(stock.decide, proposal, approve=True)
        order: PurchaseOrder = self._do(
            stock.place_order,
            supplier=Supplier.objects.get(code=supplier),
            lines=[(proposal, part.unit_price * Decimal("0.7"))],
            due_on=due,
            quality_standard="按原厂图纸与检验规范",
            after_sales_terms="质保一年，不合格包换",
        )
        return order

    @staticmethod
    def _do(verb: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        return commands.run(verb, *args, actor=_user(_BY.get(verb, "")), **fields)


_BY: Final[dict[Callable[..., Any], str]] = {
    stock.decide: "parts",
    stock.place_order: "buyer",
    stock.receive: "storekeeper",
    stock.inspect: "inspector",
}


def _user(username: str) -> User | None:
    return User.objects.filter(username=username, person__isnull=False).select_related("person").first()
