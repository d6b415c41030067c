from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "service_center.reports"
    label = "reports"
