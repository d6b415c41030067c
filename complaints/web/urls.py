from django.urls import path

from complaints.web import menu, pages, questions

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("complaints/", pages.complaints, name="complaints"),
    path("complaints/new/", pages.register, name="complaint-new"),
    path("complaints/<str:number>/", pages.complaint, name="complaint"),
    path("complaints/<str:number>/clocks/<int:pk>/", pages.clock, name="complaint-clock"),
    path("complaints/<str:number>/<str:noun>/", pages.noun, name="complaint-noun"),
]
