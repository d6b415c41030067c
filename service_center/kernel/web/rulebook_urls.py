from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_center.kernel.web import approvals, menu, rulebook, settings

urlpatterns = [
    path("rulebook/", rulebook.rules, name="rulebook"),
    path("rulebook/<int:pk>/", rulebook.rule, name="rule"),
    path("rulebook/<int:pk>/versions/", rulebook.versions, name="rule-versions"),
    re_path(r"^rulebook/(?P<pk>[0-9]+)/(?P<noun>approval|force|end)/$", rulebook.step, name="rule-step"),
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:key>/", settings.setting, name="setting"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/", approvals.approval, name="approval"),
    path("approvals/<int:pk>/withdrawal/", approvals.withdrawal, name="approval-withdrawal"),
]

menu.add(pgettext_lazy("plural", "审批"), "approvals", icon="checklist", order=70)
menu.add(_("规则库"), "rulebook", icon="book", order=80)
menu.add(_("参数设置"), "settings", icon="adjustments", order=81, roles=("manager", "director", "admin"))
