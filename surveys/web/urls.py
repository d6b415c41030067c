from django.urls import path

from surveys.web import menu, pages, questions

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("follow-ups/", pages.queue, name="follow-ups"),
    path("follow-ups/<int:pk>/", pages.follow_up, name="follow-up"),
    path("follow-ups/<int:pk>/clocks/<int:clock>/", pages.call_clock, name="follow-up-clock"),
    path("follow-ups/<int:pk>/<str:noun>/", pages.call_noun, name="follow-up-noun"),
    path("rectifications/", pages.corrections, name="rectifications"),
    path("rectifications/<int:pk>/", pages.correction, name="rectification"),
    path("rectifications/<int:pk>/clocks/<int:clock>/", pages.correction_clock, name="rectification-clock"),
    path("rectifications/<int:pk>/<str:noun>/", pages.correction_noun, name="rectification-noun"),
    path("surveys/", pages.results, name="survey-results"),
    path("surveys/invitations/<int:pk>/resend/", pages.resend, name="survey-resend"),
]
