from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
for part in ("rulebook_urls", "inbox_urls", "attachments_urls", "clocks_urls"):
    if find_spec(f"service_center.kernel.api.{part}"):
        urlpatterns += import_module(f"service_center.kernel.api.{part}").urlpatterns
