from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The customer's door; facts and listeners are loaded by the kernel."""

    name = "service_center.portal"
    label = "portal"
