from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_center.kernel.web import (
    approvals,
    menu,
    rulebook,
    rulebook_browse,
    rulebook_files,
    rulebook_new,
    settings,
    tour,
    what_if,
)

urlpatterns = [
    path("rulebook/", rulebook.rules, name="rulebook"),
    path("rulebook/documents/", rulebook_browse.documents, name="rulebook-documents"),
    path("rulebook/documents/<str:code>/", rulebook_browse.document, name="rulebook-document"),
    path("rulebook/conflicts/", rulebook_browse.conflicts, name="rulebook-conflicts"),
    path("rulebook/reviews/", rulebook_browse.review_list, name="reviews"),
    path("rulebook/reviews/<int:pk>/", rulebook_browse.review, name="review"),
    path("rulebook/export/", rulebook_files.export, name="rulebook-export"),
    path("rulebook/import/", rulebook_files.bring_in, name="rulebook-import"),
    path("rulebook/what-if/", what_if.page, name="what-if"),
    path("rulebook/new/", rulebook_new.new, name="rule-new"),
    path("rulebook/<int:pk>/", rulebook.rule, name="rule"),
    path("rulebook/<int:pk>/versions/", rulebook.versions, name="rule-versions"),
    re_path(r"^rulebook/(?P<pk>[0-9]+)/(?P<noun>approval|force|end)/$", rulebook.step, name="rule-step"),
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:key>/", settings.setting, name="setting"),
    path("settings/<str:key>/approval/", settings.approval, name="setting-approval"),
    path("settings/<str:key>/withdrawal/", settings.withdrawal, name="setting-withdrawal"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/", approvals.approval, name="approval"),
    path("approvals/<int:pk>/withdrawal/", approvals.withdrawal, name="approval-withdrawal"),
]

menu.add(pgettext_lazy("plural", "审批"), "approvals", keys="g a", icon="checklist", order=70)
menu.add(_("规则库"), "rulebook", keys="g r", icon="book", order=80)
menu.add(
    _("参数设置"),
    "settings",
    keys="g s",
    icon="adjustments",
    order=81,
    roles=("manager", "director", "admin"),
)

tour.add(
    "#menu a[href='/approvals/']",
    _("等您决定的事"),
    _("取消、拒修、调账等要您点头的事都在审批里；决定之前一切保持原样。"),
    order=30,
    roles=("manager", "supervisor", "parts", "director"),
)
tour.add(
    "#menu a[href='/rulebook/']",
    _("时限从哪里来"),
    _("每个时限都是规则库里的一条，写着出自哪份文件的哪一条款。"),
    order=40,
    roles=("manager", "supervisor", "quality", "director", "analyst"),
)
