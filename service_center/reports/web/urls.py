from django.urls import path

from service_center.reports.web import dashboard, menu

__all__ = ["menu", "urlpatterns"]

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("reports/<str:code>/", dashboard.rows, name="report-rows"),
]
