"""`python -m bench.chaos.worker NAME`: a Celery worker of the product whose rungs leave countable effects."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from django.conf import settings  # noqa: E402 - the applications have to be there first

settings.DATABASES["default"]["OPTIONS"]["application_name"] = sys.argv[1]

from bench.chaos import scene  # noqa: E402 - the applications have to be there first
from service_center.celery import app  # noqa: E402 - likewise

scene.listen()

app.worker_main(
    [
        "worker",
        "--pool",
        "solo",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "WARNING",
        "-n",
        f"{sys.argv[1]}@chaos",
    ]
)
