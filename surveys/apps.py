from importlib import import_module

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "surveys"

    def ready(self) -> None:
        """Make the app's facts and its ears known."""
        import_module("surveys.events")
        import_module("surveys.subscribers")
