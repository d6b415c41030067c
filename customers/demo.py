"""The demo company's products and customers: 王芳 with a unit in and one out of warranty, forty others around
her.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from customers import actions
from customers.models import Customer, ProductLine, ProductModel
from customers.states import CustomerKind, Level, Proof
from service_center.kernel import commands
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
FAMILY: Final = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN: Final = (
    "伟",
    "敏",
    "静",
    "丽娟",
    "建军",
    "志强",
    "秀英",
    "晓东",
    "雪梅",
    "海燕",
    "文博",
    "子涵",
    "国庆",
    "玉兰",
    "思源",
    "佳怡",
)
COMPANIES: Final = ("西湖康复理疗馆", "钱江宾馆", "浦东星河健身中心", "良渚社区卫生站")
PLACES: Final = {
    "HZ": ("浙江省", "杭州市", (("西湖区", "city", "文三路"), ("拱墅区", "city", "莫干山路"),
                            ("滨江区", "city", "江南大道"), ("余杭区", "suburb", "良渚街道古墩路"))),
    "SH": ("上海市", "上海市", (("徐汇区", "city", "漕溪北路"), ("浦东新区", "city", "张杨路"),
                            ("嘉定区", "suburb", "曹安公路"))),
}  # fmt: skip
OTHERS: Final = 40


def seed(world: World) -> None:
    """Products two years ago, customers and their units over the time since."""
    with commands.as_of(world.now - timedelta(days=730)):
        for code, name_zh, name_en in LINES:
            commands.run(actions.add_line, code=code, name_zh=name_zh, name_en=name_en)
        for code, name_zh, name_en, line, category, months, prefix in MODELS:
            commands.run(
                actions.add_model, code=code, name_zh=name_zh, name_en=name_en,
                line=ProductLine.objects.get(code=line), category=category, warranty_months=months,
                serial_prefix=prefix,
            )  # fmt: skip
    _wang_fang(world)
    models = list(ProductModel.objects.order_by("code"))
    for number in range(OTHERS):
        with commands.as_of(world.now - timedelta(days=380 - 9 * number)):
            _customer(world, number, models)


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
            _unit(world, customer, ProductModel.objects.get(code=code), serial, days, Proof.INVOICE)


def _customer(world: World, number: int, models: Sequence[ProductModel]) -> None:
    dice = world.dice
    branch = "SH" if number % 3 == 2 else "HZ"
    province, city, districts = PLACES[branch]
    district, zone, street = dice.choice(districts)
    company = COMPANIES[number // 10] if number % 10 == 0 else ""
    customer = commands.run(
        actions.open_file,
        name=company or dice.choice(FAMILY) + dice.choice(GIVEN),
        phone=f"1390571{1000 + 37 * number}",
        kind=CustomerKind.ORGANISATION if company else CustomerKind.PERSON,
        branch=Branch.objects.get(code=branch),
        address={
            "province": province, "city": city, "district": district, "zone": zone,
            "detail": f"{street} {dice.randint(1, 480)} 号 {dice.randint(1, 18)} 幢 {dice.randint(101, 2804)} 室",
        },
    )  # fmt: skip
    if company or dice.random() < 0.1:
        level = Level.VIP if company else Level.IMPORTANT
        commands.run(actions.edit_file, customer, level=level)
    for place in range(dice.randint(1, 3)):
        model = dice.choice(models)
        serial = f"{model.serial_prefix}{20 + number % 6}{1 + number % 12:02}{100 * number + place:05}"
        proof = dice.choice((Proof.INVOICE, Proof.INVOICE, Proof.CARD, Proof.NONE))
        _unit(world, customer, model, serial, dice.randint(20, 1800), proof)


def _unit(
    world: World, customer: Customer, model: ProductModel, serial: str, days: int, proof: Proof
) -> None:
    """Registered when the file was opened, so bought that day at the latest."""
    opened = (world.now - customer.opened_at).days + 1
    bought = (world.now - timedelta(days=max(days, opened))).date()
    commands.run(
        actions.register_unit,
        customer=customer,
        product_model=model,
        serial=serial,
        purchased_on=bought,
        proof=proof,
    )
