from importlib import import_module
from importlib.util import find_spec

from django.urls import path

from service_center.kernel.web import inbox, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("notifications/", inbox.inbox, name="notifications"),
    path("notifications/unread/", inbox.unread, name="unread"),
    path("notifications/read/", inbox.all_read, name="notifications-read"),
    path("notifications/<int:pk>/", inbox.opened, name="notification"),
]
for part in ("accounts_urls", "rulebook_urls", "attachments_urls"):
    if find_spec(f"service_center.kernel.web.{part}"):
        urlpatterns += import_module(f"service_center.kernel.web.{part}").urlpatterns
