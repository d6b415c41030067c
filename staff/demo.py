"""The demo company's people: two branches, every post, licences, leave, scores of last month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from service_center.kernel import commands
from staff import actions
from staff.models import Branch, Person, Skill, Team
from staff.states import BookingKind, Criterion, Role


class Dice(Protocol):
    def randint(self, a: int, b: int) -> int: ...


class World(Protocol):
    """What the demo command hands to every app."""

    now: datetime
    dice: Dice


@dataclass(frozen=True)
class Post:
    """One log-in of the demo world; its password is `demo-` and the role."""

    username: str
    role: Role
    name: str
    branch: str = "HZ"
    team: str = ""
    lines: tuple[str, ...] = ()
    skills: tuple[tuple[str, int], ...] = ()


BRANCHES: Final = (
    ("HZ", "杭州服务中心", "Hangzhou Service Centre"),
    ("SH", "上海服务中心", "Shanghai Service Centre"),
)
TEAMS: Final = (
    ("HZ", "HZ-1", "杭州一组", "Hangzhou Team 1"),
    ("HZ", "HZ-2", "杭州二组", "Hangzhou Team 2"),
    ("SH", "SH-1", "上海一组", "Shanghai Team 1"),
)
SKILLS: Final = (
    ("refrigeration", "制冷系统维修", "Refrigeration"),
    ("electronics", "电控板检修", "Control boards"),
    ("washing", "洗衣机传动维修", "Washing machine drives"),
    ("therapy", "理疗设备校准", "Therapy device calibration"),
    ("communication", "客户沟通", "Customer communication"),
)
POSTS: Final = (
    Post("agent", Role.AGENT, "陈静", skills=(("communication", 4),)),
    Post("agent2", Role.AGENT, "林晓", "SH", skills=(("communication", 3),)),
    Post("supervisor", Role.SUPERVISOR, "周建国"),
    Post("manager", Role.MANAGER, "沈国华"),
    Post("engineer", Role.ENGINEER, "刘伟", team="HZ-1", lines=("AC", "WM", "RF"),
         skills=(("refrigeration", 5), ("electronics", 4))),
    Post("engineer2", Role.ENGINEER, "张强", team="HZ-1", lines=("AC", "WM"),
         skills=(("refrigeration", 3), ("washing", 4))),
    Post("engineer3", Role.ENGINEER, "顾海涛", "SH", "SH-1", ("AC", "WM", "RF", "TH"),
         (("refrigeration", 4), ("therapy", 3))),
    Post("zhao.lei", Role.ENGINEER, "赵磊", team="HZ-2", lines=("RF", "TH"), skills=(("therapy", 5),)),
    Post("wu.bin", Role.ENGINEER, "吴斌", team="HZ-2", lines=("WM",), skills=(("washing", 5),)),
    Post("sun.yue", Role.ENGINEER, "孙悦", "SH", "SH-1", ("AC",), (("refrigeration", 2),)),
    Post("he.jun", Role.ENGINEER, "何军", team="HZ-2", lines=("AC", "RF"), skills=(("refrigeration", 4),)),
    Post("feng.kai", Role.ENGINEER, "冯凯", team="HZ-1", lines=("AC", "WM"), skills=(("washing", 3),)),
    Post("qian.feng", Role.ENGINEER, "钱峰", "SH", "SH-1", ("WM", "RF"), (("washing", 4),)),
    Post("jiang.tao", Role.ENGINEER, "蒋涛", "SH", "SH-1", ("AC", "TH"), (("therapy", 4),)),
    Post("li.na", Role.AGENT, "李娜", skills=(("communication", 5),)),
    Post("wang.min", Role.AGENT, "王敏", skills=(("communication", 3),)),
    Post("xu.yan", Role.AGENT, "许燕", "SH", skills=(("communication", 4),)),
    Post("tang.wen", Role.SUPERVISOR, "唐文", "SH"),
    Post("shen.yan", Role.STOREKEEPER, "沈燕", "SH"),
    Post("expert", Role.EXPERT, "郑工", lines=("",), skills=(("electronics", 5), ("refrigeration", 5))),
    Post("trainer", Role.TRAINER, "何敏"),
    Post("parts", Role.PARTS, "马骏"),
    Post("buyer", Role.BUYER, "徐丽"),
    Post("storekeeper", Role.STOREKEEPER, "朱平"),
    Post("inspector", Role.INSPECTOR, "胡斌"),
    Post("accountant", Role.ACCOUNTANT, "高洁"),
    Post("quality", Role.QUALITY, "罗薇"),
    Post("analyst", Role.ANALYST, "梁宇"),
    Post("director", Role.DIRECTOR, "方志远"),
    Post("admin", Role.ADMIN, "系统管理员"),
)  # fmt: skip


def seed(world: World) -> None:
    """Branches, teams, skills and people two years ago; leave of the coming days; last month's scores."""
    with commands.as_of(world.now - timedelta(days=800)):
        for code, name_zh, name_en in BRANCHES:
            commands.run(actions.open_branch, code=code, name_zh=name_zh, name_en=name_en)
        for branch, code, name_zh, name_en in TEAMS:
            home = Branch.objects.get(code=branch)
            commands.run(actions.form_team, home, code=code, name_zh=name_zh, name_en=name_en)
        for code, name_zh, name_en in SKILLS:
            commands.run(actions.define_skill, code=code, name_zh=name_zh, name_en=name_en)
        for post in POSTS:
            _fill(post)
    _absences(world)
    _scores(world)


def _fill(post: Post) -> None:
    person = commands.run(
        actions.hire,
        username=post.username,
        name=post.name,
        role=post.role.value,
        branch=Branch.objects.get(code=post.branch),
        team=Team.objects.filter(code=post.team).first(),
        password=f"demo-{post.role.value}",
        email=f"{post.username}@company.example",
        must_change_password=False,
    )
    for line in post.lines:
        commands.run(actions.license_for, person, product_line=line)
    for code, level in post.skills:
        commands.run(actions.assess, person, skill=Skill.objects.get(code=code), level=level)


def _absences(world: World) -> None:
    """Engineer2 is on leave the day after tomorrow, another in training: suggestions have something to
    reject.
    """
    day = world.now.replace(hour=0, minute=30, second=0, microsecond=0)  # 08:30 in both branches
    for username, days, kind, note in (
        ("engineer2", 2, BookingKind.LEAVE, "年假"),
        ("wu.bin", 1, BookingKind.TRAINING, "新机型培训"),
    ):
        start = day + timedelta(days=days)
        commands.run(
            actions.block,
            Person.objects.get(user__username=username),
            starts_at=start,
            ends_at=start + timedelta(hours=9),
            kind=kind,
            note=note,
        )


def _scores(world: World) -> None:
    """Spot checks and tests of last month for agents and engineers, and the appraisals compiled from them."""
    instant = (world.now.replace(day=1) - timedelta(days=10)).replace(hour=4)
    with commands.as_of(instant):
        for person in (
            Person.objects.with_role(Role.AGENT, Role.ENGINEER).select_related("branch").order_by("pk")
        ):
            for criterion, note in (
                (Criterion.KNOWLEDGE, "月度理论测试"),
                (Criterion.SKILL, "实操抽查"),
                (Criterion.ATTITUDE, "通话与上门礼仪抽查"),
            ):
                value = Decimal(world.dice.randint(72, 98))
                commands.run(actions.post_score, person, criterion=criterion, value=value, note=note)
    for username in ("engineer", "agent"):
        person = Person.objects.get(user__username=username)
        commands.run(actions.compile_appraisal, person=person, period=instant.date())
