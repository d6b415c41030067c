from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Facts and listeners are loaded by the kernel."""

    name = "surveys"
