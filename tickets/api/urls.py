from django.urls import path

from tickets.api import nouns, views

ONE = "tickets/<str:number>/"

urlpatterns = [
    path("tickets/", views.Tickets.as_view()),
    path("charges/", views.Charges.as_view()),
    path(ONE, views.OneTicket.as_view()),
    path(f"{ONE}timeline/", views.Timeline.as_view()),
    path(f"{ONE}clocks/", views.Clocks.as_view()),
    path(f"{ONE}attachments/", views.Attachments.as_view()),
    path(f"{ONE}suggestions/", views.Suggestions.as_view()),
    *(path(f"{ONE}{door.noun}/", door.as_view()) for door in nouns.NOUNS),
]
