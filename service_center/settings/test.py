"""The test suite's settings: real PostgreSQL and Redis, cheap password hashing, nothing mocked."""

import os

os.environ.setdefault("FIELD_KEYS", "test=dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=")
os.environ.setdefault("BLIND_INDEX_KEY", "dGVzdC1ibGluZC10ZXN0LWJsaW5kLXRlc3QtYmxpbmQ=")

from service_center.settings.base import *
from service_center.settings.base import BASE_DIR, DATABASES, REST_FRAMEWORK, env

SECRET_KEY = "only-for-tests-and-never-for-production-0123456789abc"  # noqa: S105 - a test's key
DEMO = True
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = BASE_DIR / ".run" / "test-media" / env("PYTEST_XDIST_WORKER", "main")
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"principal": "100000/min", "anon": "100000/min"}
# A slow machine is no fault of the product; tests of time-outs set their own.
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c lock_timeout=10000 -c statement_timeout=120000 -c join_collapse_limit=4"
)
