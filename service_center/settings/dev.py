"""One machine, real PostgreSQL and Redis, readable errors. `./dev up` supplies the environment."""

from service_center.settings.base import *
from service_center.settings.base import TEMPLATE_LOADERS, TEMPLATES, env

SECRET_KEY = env("SECRET_KEY", "only-for-development-and-never-for-production-0123456789")
FIELD_KEYS = env.dict("FIELD_KEYS", {"dev": "ZGV2LWtleS1kZXYta2V5LWRldi1rZXktZGV2LWtleSE="})
BLIND_INDEX_KEY = env("BLIND_INDEX_KEY", "ZGV2LWJsaW5kLWRldi1ibGluZC1kZXYtYmxpbmQhISE=")
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
if DEBUG:
    TEMPLATES[0]["OPTIONS"]["loaders"] = [("template_partials.loader.Loader", TEMPLATE_LOADERS)]
