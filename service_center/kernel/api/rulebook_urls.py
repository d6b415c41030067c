from django.urls import path

from service_center.kernel.api import (
    approvals,
    calendar_steps,
    changeovers,
    rulebook_sources,
    rulebook_steps,
    rules,
)

urlpatterns = [
    path("rules/", rulebook_sources.RulesDrafted.as_view(), name="api-rules"),
    path("rules/<int:pk>/", rules.RuleRow.as_view(), name="api-rule"),
    path("rules/<int:pk>/versions/", rulebook_steps.Versions.as_view(), name="api-rule-versions"),
    path("rules/<int:pk>/approval/", rulebook_steps.Approval.as_view(), name="api-rule-approval"),
    path("rules/<int:pk>/force/", rulebook_steps.Force.as_view(), name="api-rule-force"),
    path("rules/<int:pk>/end/", rulebook_steps.End.as_view(), name="api-rule-end"),
    path("rules/<int:pk>/forecast/", changeovers.RuleForecast.as_view(), name="api-rule-forecast"),
    path("rules/<int:pk>/what-if/", changeovers.WhatIf.as_view(), name="api-what-if"),
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
    path("calendars/", calendar_steps.CalendarsEdited.as_view(), name="api-calendars"),
    path("calendars/<str:code>/", calendar_steps.CalendarRowEdited.as_view(), name="api-calendar"),
    path(
        "calendars/<str:code>/versions/",
        calendar_steps.CalendarVersions.as_view(),
        name="api-calendar-drafts",
    ),
    path("calendars/<str:code>/holidays/", calendar_steps.CalendarHolidays.as_view(), name="api-holidays"),
    path("calendars/<str:code>/years/", calendar_steps.CalendarYears.as_view(), name="api-calendar-years"),
    path("calendar-versions/<int:pk>/", calendar_steps.Version.as_view(), name="api-calendar-version"),
    path(
        "calendar-versions/<int:pk>/approval/",
        calendar_steps.VersionApproval.as_view(),
        name="api-calendar-approval",
    ),
    path(
        "calendar-versions/<int:pk>/force/", calendar_steps.VersionForce.as_view(), name="api-calendar-force"
    ),
    path(
        "calendar-versions/<int:pk>/withdrawal/",
        calendar_steps.VersionWithdrawal.as_view(),
        name="api-calendar-withdrawal",
    ),
    path(
        "calendar-versions/<int:pk>/forecast/",
        changeovers.CalendarForecast.as_view(),
        name="api-calendar-forecast",
    ),
    path("changeovers/", changeovers.Changeovers.as_view(), name="api-changeovers"),
    path("changeovers/<int:pk>/", changeovers.ChangeoverRow.as_view(), name="api-changeover"),
    path("rulebook-file/", rulebook_sources.RulebookFile.as_view(), name="api-rulebook-file"),
    path("document-reviews/", rulebook_sources.Reviews.as_view(), name="api-reviews"),
    path(
        "document-reviews/<int:pk>/completion/",
        rulebook_sources.Completion.as_view(),
        name="api-review-completion",
    ),
    path("approvals/", approvals.Approvals.as_view(), name="api-approvals"),
    path("approvals/<int:pk>/", approvals.ApprovalRow.as_view(), name="api-approval"),
    path("approvals/<int:pk>/decision/", approvals.Decision.as_view(), name="api-approval-decision"),
    path("approvals/<int:pk>/withdrawal/", approvals.Withdrawal.as_view(), name="api-approval-withdrawal"),
]
