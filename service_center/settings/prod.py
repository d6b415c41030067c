"""Production: everything from the environment, secrets from files, nothing guessed."""

from pathlib import Path

from environs import Env

from service_center.settings.base import *
from service_center.settings.base import BASE_DIR

env = Env()


def _secret(name: str) -> str:
    """Value of NAME, or the content of the file named by NAME_FILE (container secrets)."""
    path = env(f"{name}_FILE", "")
    return Path(path).read_text().strip() if path else env(name)


SECRET_KEY = _secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
FIELD_KEYS = dict(part.split("=", 1) for part in _secret("FIELD_KEYS").split(","))
BLIND_INDEX_KEY = _secret("BLIND_INDEX_KEY")
DEMO = False

SESSION_COOKIE_NAME = "__Host-sid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^api/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
STATIC_ROOT = (
    BASE_DIR / "staticfiles"
)  # collectstatic fills it; elsewhere files are served from where they are
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
