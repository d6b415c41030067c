"""The demo company's products and customers: 王芳 with a unit in and one out of warranty, and all the others.

王芳 and the products are made by the verbs; the crowd is put together in memory, as the verbs would leave it, and
inserted in sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from django.db import transaction

from customers import actions, events
from customers.models import Customer, ProductLine, ProductModel, SearchDoc, Unit
from customers.states import CustomerKind, Level, Proof
from service_center.kernel import bigrams, commands
from service_center.kernel.drafting import Draft
from staff.models import Branch

T = TypeVar("T")


class Dice(Protocol):
    def randint(self, a: int, b: int) -> int: ...

    def choice(self, seq: Sequence[T]) -> T: ...

    def random(self) -> float: ...


class World(Protocol):
    """What the demo command hands to every app."""

    now: datetime
    dice: Dice
    customers: int
    units: int


LINES: Final = (
    ("AC", "空调", "Air conditioners"),
    ("WM", "洗衣机", "Washing machines"),
    ("RF", "冰箱", "Refrigerators"),
    ("TH", "理疗设备", "Therapy devices"),
)
MODELS: Final = (
    # code, Chinese name, English name, line, category, months, beginning of serial numbers
    ("KFR-35GW", "静风挂壁式空调 1.5 匹", "QuietBreeze split 3.5 kW", "AC", "room_ac", 72, "AC35"),
    ("KFR-72LW", "静风立柜式空调 3 匹", "QuietBreeze floor-standing 7.2 kW", "AC", "room_ac", 72, "AC72"),
    (
        "XQG100-12",
        "净衣滚筒洗衣机 10 公斤",
        "PureWash front loader 10 kg",
        "WM",
        "washing_machine",
        36,
        "WM10",
    ),
    ("XQB80-6", "净衣波轮洗衣机 8 公斤", "PureWash top loader 8 kg", "WM", "washing_machine", 36, "WM80"),
    ("BCD-260W", "鲜储双门冰箱 260 升", "FreshKeep two-door 260 l", "RF", "refrigerator", 36, "RF26"),
    ("BCD-502W", "鲜储对开门冰箱 502 升", "FreshKeep side-by-side 502 l", "RF", "refrigerator", 36, "RF50"),
    ("LL-200", "舒络低频理疗仪", "EaseFlow low-frequency therapy device", "TH", "therapy", 36, "TH20"),
    ("LL-600", "舒络热磁理疗床", "EaseFlow thermomagnetic bed", "TH", "therapy", 36, "TH60"),
)
FAMILY: Final = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹苏潘葛范彭鲁韦马方俞任袁柳"
GIVEN: Final = tuple(
    "伟 敏 静 丽娟 建军 志强 秀英 晓东 雪梅 海燕 文博 子涵 国庆 玉兰 思源 佳怡 明 霞 磊 婷 永康 淑芬 俊杰 梓萱 "
    "春生 桂花 宏伟 美玲 浩然 雨桐 德胜 翠兰 一鸣 欣怡 振华 凤英 天佑 若曦 立新 月娥".split()
)
COMPANIES: Final = (
    "西湖康复理疗馆", "钱江宾馆", "浦东星河健身中心", "良渚社区卫生站", "武林假日酒店", "嘉定养老院", "滨江创业园食堂",
    "徐汇口腔门诊部", "拱墅幼儿园", "张江青年公寓",
)  # fmt: skip
PLACES: Final = {
    "HZ": ("浙江省", "杭州市", (("西湖区", "city", "文三路"), ("拱墅区", "city", "莫干山路"),
                            ("滨江区", "city", "江南大道"), ("余杭区", "suburb", "良渚街道古墩路"))),
    "SH": ("上海市", "上海市", (("徐汇区", "city", "漕溪北路"), ("浦东新区", "city", "张杨路"),
                            ("嘉定区", "suburb", "曹安公路"))),
}  # fmt: skip
YEARS: Final = 2
"""How far back the company's files reach."""
COMPANY_OF: Final = 20
"""One file in so many is a company's."""


def seed(world: World) -> None:
    """Products more than two years ago, customers and their units over the time since."""
    with commands.as_of(world.now - timedelta(days=760)):
        for code, name_zh, name_en in LINES:
            commands.run(actions.add_line, code=code, name_zh=name_zh, name_en=name_en)
        for code, name_zh, name_en, line, category, months, prefix in MODELS:
            commands.run(
                actions.add_model, code=code, name_zh=name_zh, name_en=name_en,
                line=ProductLine.objects.get(code=line), category=category, warranty_months=months,
                serial_prefix=prefix,
            )  # fmt: skip
    _wang_fang(world)
    with transaction.atomic():
        crowd = _Crowd(world)
        crowd.gather()
        crowd.draft.write()


def _wang_fang(world: World) -> None:
    """The customer of the contract: an air conditioner in warranty, a washing machine out of it."""
    with commands.as_of(world.now - timedelta(days=200)):
        customer = commands.run(
            actions.open_file,
            name="王芳",
            phone="13800138000",
            branch=Branch.objects.get(code="HZ"),
            address={
                "province": "浙江省", "city": "杭州市", "district": "西湖区", "zone": "city",
                "detail": "文三路 138 号 2 幢 501 室",
            },
            contact={"name": "李建", "phone": "13900139001", "relation": "丈夫"},
        )  # fmt: skip
        for code, serial, days in (("KFR-35GW", "AC352600001", 200), ("XQG100-12", "WM102000007", 5 * 365)):
            commands.run(
                actions.register_unit, customer=customer, product_model=ProductModel.objects.get(code=code),
                serial=serial, purchased_on=(world.now - timedelta(days=days)).date(), proof=Proof.INVOICE,
            )  # fmt: skip


class _Crowd:
    """Everybody else: files opened over two years, each with a machine or two, bought that day at the latest."""

    def __init__(self, world: World) -> None:
        self.world, self.dice, self.draft = world, world.dice, Draft(keys_ahead=1000)
        self.branches = {row.code: row for row in Branch.objects.filter(code__in=PLACES)}
        self.models = list(ProductModel.objects.order_by("code"))

    def gather(self) -> None:
        files, machines = self.world.customers - 1, self.world.units - 2
        for number in range(files):
            customer = self.customer(number, files)
            first, last = number * machines // files, (number + 1) * machines // files
            for serial in range(first, last):
                self.unit(customer, serial)

    def customer(self, number: int, files: int) -> Customer:
        dice = self.dice
        branch = "SH" if number % 3 == 2 else "HZ"
        province, city, districts = PLACES[branch]
        district, zone, street = dice.choice(districts)
        company = number % COMPANY_OF == 0
        customer = Customer(
            name=self.company(number) if company else dice.choice(FAMILY) + dice.choice(GIVEN),
            kind=CustomerKind.ORGANISATION if company else CustomerKind.PERSON,
            level=Level.VIP if company else Level.IMPORTANT if dice.random() < 0.1 else Level.ORDINARY,
            branch=self.branches[branch], province=province, city=city, district=district, zone=zone,
            address_detail=f"{street} {dice.randint(1, 480)} 号 {dice.randint(1, 18)} 幢 {dice.randint(101, 2804)} 室",
            opened_at=self.world.now - timedelta(days=YEARS * 365 * (files - number) / files),
        )  # fmt: skip
        customer.set_phone(f"+86139{(57_101_000 + 3_701 * number) % 10**8:08}")
        self.draft.add(customer)
        self.draft.new(SearchDoc, customer=customer, words=bigrams.vector(customer.name))
        at = customer.opened_at
        self.draft.tell(events.OPENED, customer, actor=None, at=at, branch=customer.branch.code)
        return customer

    def company(self, number: int) -> str:
        """A company's name, with the number of the branch office from its second on."""
        turn, place = divmod(number // COMPANY_OF, len(COMPANIES))
        return COMPANIES[place] + (f"（{turn + 1} 店）" if turn else "")

    def unit(self, customer: Customer, number: int) -> None:
        dice, model = self.dice, self.dice.choice(self.models)
        age = max(dice.randint(20, 1800), (self.world.now - customer.opened_at).days + 1)
        unit = Unit(
            customer=customer, product_model=model,
            purchased_on=(self.world.now - timedelta(days=age)).date(),
            proof=dice.choice((Proof.INVOICE, Proof.INVOICE, Proof.CARD, Proof.NONE)),
            registered_at=customer.opened_at,
        )  # fmt: skip
        serial = f"{model.serial_prefix}{20 + number % 6}{1 + number % 12:02}{100 + number:05}"
        unit.set_serial(serial, path="unit.")
        unit.set_term(model.warranty_months)
        self.draft.add(unit)
        self.draft.tell(
            events.REGISTERED, unit, actor=None, at=unit.registered_at, links=(customer,), model=model.code,
            serial=unit.serial,
        )  # fmt: skip
