from django.urls import path

from service_center.reports.web import dashboard, menu, rows

__all__ = ["menu", "urlpatterns"]

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/live/", dashboard.live, name="dashboard-live"),
    path("reports/<str:code>/", rows.rows, name="report-rows"),
]
