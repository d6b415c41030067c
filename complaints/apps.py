from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """Facts and listeners are loaded by the kernel."""

    name = "complaints"
