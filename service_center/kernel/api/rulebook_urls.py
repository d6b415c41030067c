from django.urls import path

from service_center.kernel.api import approvals, rules

urlpatterns = [
    path("rules/", rules.Rules.as_view(), name="api-rules"),
    path("rules/<int:pk>/", rules.RuleRow.as_view(), name="api-rule"),
    path("settings/", rules.Settings.as_view(), name="api-settings"),
    path("settings/<str:key>/", rules.SettingRow.as_view(), name="api-setting"),
    path("calendars/", rules.Calendars.as_view(), name="api-calendars"),
    path("calendars/<str:code>/", rules.CalendarRow.as_view(), name="api-calendar"),
    path("approvals/", approvals.Approvals.as_view(), name="api-approvals"),
    path("approvals/<int:pk>/", approvals.ApprovalRow.as_view(), name="api-approval"),
    path("approvals/<int:pk>/decision/", approvals.Decision.as_view(), name="api-approval-decision"),
    path("approvals/<int:pk>/withdrawal/", approvals.Withdrawal.as_view(), name="api-approval-withdrawal"),
]
