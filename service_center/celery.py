"""The Celery application: a carrier of hints. Nothing is lost when a message is."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service_center.settings.dev")

app = Celery("service_center")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def add_sweeping(**kwargs: Any) -> None:
    """A worker is more than a consumer of messages; its own steps need Django, which is set up by now."""
    from service_center.kernel.tasks import Sweeping

    app.steps["worker"].add(Sweeping)
