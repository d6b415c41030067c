from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class KernelConfig(AppConfig):
    name = "service_center.kernel"
    label = "kernel"
    verbose_name = "kernel"

    def ready(self) -> None:
        """Load every app's facts, listeners and periodic jobs once all models exist."""
        for config in apps.get_app_configs():
            for topic in ("events", "subscribers", "jobs", "housekeeping"):
                if (config.module is not None) and find_spec(f"{config.name}.{topic}"):
                    import_module(f"{config.name}.{topic}")
