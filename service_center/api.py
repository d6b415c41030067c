"""The REST router: each app's api/urls.py below /api/v1/, with the schema and its documentation page."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from service_center.kernel.web.csp import documentation_policy

DOORS = (
    "service_center.kernel",
    "staff",
    "customers",
    "parts",
    "tickets",
    "complaints",
    "surveys",
    "service_center.reports",
    "service_center.portal",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path(
        "docs/",
        documentation_policy(
            SpectacularSwaggerSplitView.as_view(url_name="schema", permission_classes=[AllowAny])
        ),
        name="docs",
    ),
]
for app in DOORS:
    if find_spec(f"{app}.api") is not None and find_spec(f"{app}.api.urls") is not None:
        urlpatterns += import_module(f"{app}.api.urls").urlpatterns
