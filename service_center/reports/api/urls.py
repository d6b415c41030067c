from django.urls import path

from service_center.reports.api import kpis

urlpatterns = [
    path("kpis/", kpis.Kpis.as_view(), name="api-kpis"),
    path("kpis/<str:code>/", kpis.Kpi.as_view(), name="api-kpi"),
    path("kpis/<str:code>/rows/", kpis.Rows.as_view(), name="api-kpi-rows"),
]
