from importlib import import_module
from importlib.util import find_spec

from django.urls import path
from django.utils.translation import gettext_lazy as _

from service_center.kernel.web import inbox, own_questions, palette, search, tour

__all__ = ["own_questions", "urlpatterns"]

urlpatterns = [
    path("search/", search.search, name="search"),
    path("palette/", palette.palette, name="palette"),
    path("account/tour/", tour.seen, name="tour-seen"),
    path("notifications/", inbox.inbox, name="notifications"),
    path("notifications/unread/", inbox.unread, name="unread"),
    path("notifications/read/", inbox.all_read, name="notifications-read"),
    path("notifications/<int:pk>/", inbox.opened, name="notification"),
]
for part in (
    "accounts_urls",
    "rulebook_urls",
    "attachments_urls",
    "lists_urls",
    "clocks_urls",
    "calendars_urls",
):
    if find_spec(f"service_center.kernel.web.{part}"):
        urlpatterns += import_module(f"service_center.kernel.web.{part}").urlpatterns

tour.add(
    "#global-search",
    _("一个搜索框找到一切"),
    _(
        "电话、后四位、姓名、序列号、工单号都可以。按 / 键跳到这里，按 Ctrl+K 打开命令面板，按 ? 键看全部快捷键。"
    ),
    order=80,
)
tour.add(
    "a[href='/notifications/']",
    _("通知"),
    _("与您有关的事会出现在这里：派给您的任务、快要超时的时限、等您处理的审批。"),
    order=85,
)
tour.add(
    "header .dropdown-details, .phone-icon[href='/account/']",
    _("您的账户"),
    _("语言、深色界面、修改密码和登录设备都在这里；想再看一次导览也在这里。"),
    order=90,
)
