"""The reports' place in the navigation."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web import menu, tour
from service_center.reports.permissions import READERS

menu.add(
    _("公司概览"),
    "company",
    icon="building",
    order=4,
    roles=("manager", "director", "analyst", "quality"),
    home_of=("director",),
)
menu.add(
    _("仪表盘"),
    "dashboard",
    keys="g d",
    icon="chart-bar",
    order=5,
    roles=tuple(READERS),
    home_of=("manager", "director", "analyst", "quality"),
)

menu.add(
    _("时限墙"),
    "wall",
    icon="alarm",
    order=6,
    roles=(*READERS, "agent"),
)

tour.add(
    ".page-title",
    _("早上第一眼看这里"),
    _("未结、超时、响应和满意度都在这一页。每个数字和每根柱子都能点开，看到是哪些单据。"),
    order=10,
    roles=("manager", "director", "analyst", "quality"),
)
