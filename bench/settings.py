"""The product as `./dev up` serves it, with the minimal views beside it to measure against."""

import os
from pathlib import Path

os.environ.setdefault("API_RATE", "100000000/min")  # the measurement is the only client, and a busy one

from service_center.settings.dev import *
from service_center.settings.dev import TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
