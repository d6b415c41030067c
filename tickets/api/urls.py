from django.urls import path

from tickets.api import nouns, phrases, views

ONE = "tickets/<str:number>/"

urlpatterns = [
    path("tickets/", views.Tickets.as_view()),
    path("text-templates/", phrases.TextTemplates.as_view()),
    path("text-templates/<str:code>/", phrases.OneTextTemplate.as_view()),
    path("symptoms/", phrases.Symptoms.as_view()),
    path("symptoms/<str:code>/", phrases.OneSymptom.as_view()),
    path("charges/", views.Charges.as_view()),
    path(ONE, views.OneTicket.as_view()),
    path(f"{ONE}timeline/", views.Timeline.as_view()),
    path(f"{ONE}clocks/", views.Clocks.as_view()),
    path(f"{ONE}applicability/", views.Applicability.as_view()),
    path(f"{ONE}attachments/", views.Attachments.as_view()),
    path(f"{ONE}text-templates/", phrases.Filled.as_view()),
    path(f"{ONE}suggestions/", views.Suggestions.as_view()),
    *(path(f"{ONE}{door.noun}/", door.as_view()) for door in nouns.NOUNS),
]
