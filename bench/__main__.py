"""`python -m bench NAME`: one measurement against the database that DATABASE_URL names."""

import os
import sys
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from bench.measuring import finish  # noqa: E402 - the applications have to be there first

finish(import_module(f"bench.{sys.argv[1]}").main())
