"""Words for the demo desk: symptoms by product line, and text templates in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from customers.models import ProductLine
from service_center.kernel import commands
from service_center.kernel.models import User
from tickets.actions import phrases


class World(Protocol):
    now: datetime


SYMPTOMS: Final = {
    "AC": (
        ("制冷效果差", "Does not cool well"), ("制热效果差", "Does not heat well"), ("室内机漏水", "Indoor unit leaks"),
        ("运行噪音大", "Runs loudly"), ("开机无反应", "Does not start"), ("吹风有异味", "Air smells"),
        ("遥控器失灵", "Remote control fails"), ("显示故障代码", "Shows a fault code"),
    ),
    "WM": (
        ("脱水时异响", "Noise when spinning"), ("不进水", "Takes no water"), ("不排水", "Does not drain"),
        ("门打不开", "Door stays locked"), ("洗涤不干净", "Washes badly"), ("漏水", "Leaks"),
    ),
    "RF": (
        ("冷藏室不冷", "Fridge not cold"), ("冷冻室结霜", "Freezer frosts up"), ("门封不严", "Door does not seal"),
        ("压缩机不停机", "Compressor never stops"), ("照明灯不亮", "Light fails"),
    ),
    "TH": (
        ("无法启动", "Does not start"), ("输出强度不稳", "Output unsteady"), ("电极片无输出", "Electrode gives nothing"),
        ("屏幕不亮", "Screen stays dark"),
    ),
    "": (("咨询使用方法", "Asks how to use it"), ("要求安装", "Wants it installed"), ("外观破损", "Damaged outside")),
}  # fmt: skip
TEMPLATES: Final = (
    (
        "answer-thanks", "reply", "答复并致谢", "Answer with thanks",
        "{customer}您好，关于“{subject}”（工单 {number}）：\n\n如仍有疑问，请随时来电。感谢您的信任。\n{branch} {me}",
        "Dear {customer},\nabout “{subject}” (ticket {number}):\n\nPlease call us at any time. Thank you.\n{me}, {branch}",
    ),
    (
        "reached-visit", "note", "已联系，约定上门", "Reached, visit agreed",
        "已与 {customer} 通话，确认 {product}（{serial}）故障，告知工程师 {engineer} 预计 {expected} 上门。",
        "Spoke to {customer}, fault of {product} ({serial}) confirmed; engineer {engineer} is expected {expected}.",
    ),
    (
        "not-reached", "note", "未接通，稍后再拨", "Not reached, will call again",
        "拨打 {customer} 电话未接通，已发短信，稍后再次联系。",
        "{customer} could not be reached; sent a text message, will call again.",
    ),
    (
        "waiting-part", "notice", "等待配件", "Waiting for a part",
        "{customer}您好，{product} 维修所需配件正在调拨，到货后工程师会第一时间与您约定时间。工单 {number}，给您带来不便敬请谅解。",
        "Dear {customer}, the part for your {product} is on its way; we will call to agree a time once it is here. Ticket {number}.",
    ),
    (
        "waiting-customer", "notice", "等待客户", "Waiting for the customer",
        "{customer}您好，按您的要求，工单 {number} 暂缓处理，您方便时请来电，我们即刻安排。",
        "Dear {customer}, as you asked, ticket {number} waits; call us when it suits you.",
    ),
    (
        "done-cleaned", "result", "清洗维护完成", "Cleaned and tested",
        "已清洗并检测 {product}（{serial}），运行正常，已向客户说明日常保养方法。",
        "Cleaned and tested {product} ({serial}); it works, the customer was shown how to care for it.",
    ),
    (
        "customer-withdrew", "reason", "客户要求取消", "Customer withdrew",
        "客户 {customer} 来电表示不再需要维修，已核对身份并复述工单 {number}。",
        "Customer {customer} called and no longer wants the repair; identity checked, ticket {number} read back.",
    ),
)  # fmt: skip


def seed(world: World) -> None:
    """What the manager wrote down when the company opened."""
    manager = User.objects.get(username="manager")
    with commands.as_of(world.now - timedelta(days=700)):
        for line, words in SYMPTOMS.items():
            found = ProductLine.objects.filter(code=line).first() if line else None
            for number, (name_zh, name_en) in enumerate(words, start=1):
                commands.run(
                    phrases.add_symptom, code=f"{line or 'ANY'}-{number:02}", name_zh=name_zh, name_en=name_en,
                    product_line=found, actor=manager,
                )  # fmt: skip
        for code, kind, name_zh, name_en, body_zh, body_en in TEMPLATES:
            commands.run(
                phrases.write_template, code=code, kind=kind, name_zh=name_zh, name_en=name_en,
                body_zh=body_zh, body_en=body_en, actor=manager,
            )  # fmt: skip
