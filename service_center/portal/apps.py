from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "service_center.portal"
    label = "portal"

    def ready(self) -> None:
        """Make the app's facts and its ears known."""
        import_module("service_center.portal.events")
        import_module("service_center.portal.subscribers")
