from django.urls import path

from service_center.kernel.api import approvals, rulebook_steps, rules

urlpatterns = [
    path("rules/", rules.Rules.as_view(), name="api-rules"),
    path("rules/<int:pk>/", rules.RuleRow.as_view(), name="api-rule"),
    path("rules/<int:pk>/versions/", rulebook_steps.Versions.as_view(), name="api-rule-versions"),
    path("rules/<int:pk>/approval/", rulebook_steps.Approval.as_view(), name="api-rule-approval"),
    path("rules/<int:pk>/force/", rulebook_steps.Force.as_view(), name="api-rule-force"),
    path("rules/<int:pk>/end/", rulebook_steps.End.as_view(), name="api-rule-end"),
    path("settings/", rules.Settings.as_view(), name="api-settings"),
    path("settings/<str:key>/", rules.SettingRow.as_view(), name="api-setting"),
    path(
        "settings/<str:key>/approval/", rulebook_steps.SettingApproval.as_view(), name="api-setting-approval"
    ),
    path(
        "settings/<str:key>/withdrawal/",
        rulebook_steps.SettingWithdrawal.as_view(),
        name="api-setting-withdrawal",
    ),
    path("calendars/", rules.Calendars.as_view(), name="api-calendars"),
    path("calendars/<str:code>/", rules.CalendarRow.as_view(), name="api-calendar"),
    path("approvals/", approvals.Approvals.as_view(), name="api-approvals"),
    path("approvals/<int:pk>/", approvals.ApprovalRow.as_view(), name="api-approval"),
    path("approvals/<int:pk>/decision/", approvals.Decision.as_view(), name="api-approval-decision"),
    path("approvals/<int:pk>/withdrawal/", approvals.Withdrawal.as_view(), name="api-approval-withdrawal"),
]
