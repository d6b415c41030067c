from django.urls import path, re_path
from django.utils.translation import pgettext_lazy

from service_center.kernel.web import calendars, changes, menu

urlpatterns = [
    path("calendars/", calendars.every, name="calendars"),
    path("calendars/new/", calendars.new, name="calendar-new"),
    path("calendars/<str:code>/", calendars.calendar, name="calendar"),
    path("calendars/<str:code>/draft/", calendars.draft, name="calendar-draft"),
    path("calendars/<str:code>/holidays/", calendars.holidays, name="calendar-holidays"),
    path("calendars/<str:code>/deletion/", calendars.deletion, name="calendar-deletion"),
    path("calendars/<str:code>/versions/<int:number>/", calendars.version, name="calendar-version"),
    path("calendars/<str:code>/versions/<int:number>/force/", calendars.force, name="calendar-force"),
    re_path(
        r"^calendars/(?P<code>[^/]+)/versions/(?P<number>[0-9]+)/(?P<noun>approval|withdrawal)/$",
        calendars.step,
        name="calendar-step",
    ),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:pk>/", changes.change, name="change"),
]

menu.add(
    pgettext_lazy("plural", "日历"),
    "calendars",
    icon="calendar",
    order=82,
    roles=("manager", "director", "admin"),
)
