from importlib import import_module

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        """Make the app's facts and its ears known."""
        import_module("complaints.events")
        import_module("complaints.subscribers")
