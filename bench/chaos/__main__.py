"""`python -m bench.chaos REPORT`: the full run on the database and the Redis of the environment; the plan as JSON in CHAOS_PLAN."""

import json
import logging
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from bench.chaos import nemesis, verdict  # noqa: E402 - the applications have to be there first

logging.disable(logging.WARNING)
report = Path(sys.argv[1])
done = nemesis.run(
    nemesis.Plan(**json.loads(os.environ.get("CHAOS_PLAN", "{}"))),
    redis_url=os.environ["REDIS_URL"], home=report.parent, env=os.environ,
)  # fmt: skip
report.write_text(json.dumps(done.told() | {"clean": verdict.is_clean(done.report)}, indent=1))
