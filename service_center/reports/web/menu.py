"""The reports' place in the navigation."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web import menu
from service_center.reports.permissions import READERS

menu.add(
    _("仪表盘"),
    "dashboard",
    icon="chart-bar",
    order=5,
    roles=tuple(READERS),
    home_of=("manager", "director", "analyst", "quality"),
)
