from django.urls import path

from service_center.reports.web import dashboard, menu, rows, subscriptions

__all__ = ["menu", "urlpatterns"]

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/live/", dashboard.live, name="dashboard-live"),
    path("dashboard/subscriptions/", subscriptions.subscriptions, name="dashboard-subscriptions"),
    path("dashboard/subscriptions/letter/", subscriptions.preview, name="dashboard-letter"),
    path(
        "dashboard/subscriptions/<int:pk>/ending/",
        subscriptions.ending,
        name="dashboard-subscription-ending",
    ),
    path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("reports/<str:code>/", rows.rows, name="report-rows"),
]
