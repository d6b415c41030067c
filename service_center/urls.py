"""Every address of the product: pages in the apps' web/urls.py, REST below /api/v1/, health without a log-in."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

from service_center.kernel import health
from service_center.kernel.web import pages

PAGES = (
    "service_center.kernel",
    "tickets",
    "parts",
    "complaints",
    "surveys",
    "staff",
    "customers",
    "service_center.reports",
    "service_center.portal",
)


def _pages_of(app: str) -> list[URLPattern | URLResolver]:
    module = f"{app}.web.urls"
    if find_spec(f"{app}.web") is None or find_spec(module) is None:
        return []
    return list(import_module(module).urlpatterns)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("healthz/gauges", health.measured),
    path("healthz/", health.whole),
    path("api/v1/", include("service_center.api")),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["service_center.kernel"]), name="jsi18n"),
]
for app in PAGES:
    urlpatterns += _pages_of(app)

handler400 = "service_center.kernel.web.pages.bad_request"
handler403 = "service_center.kernel.web.pages.forbidden"
handler404 = "service_center.kernel.web.pages.not_found"
handler500 = "service_center.kernel.web.pages.server_error"
