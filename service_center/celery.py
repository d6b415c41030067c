"""The Celery application: a carrier of hints. Nothing is lost when a message is."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service_center.settings.dev")

app = Celery("service_center")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
