from django.urls import path

from staff.api import views

_one = "staff/<str:username>/"

urlpatterns = [
    path("me/", views.Me.as_view()),
    path("branches/", views.Branches.as_view()),
    path("skills/", views.Skills.as_view()),
    path("staff/", views.People.as_view()),
    path(_one, views.OnePerson.as_view()),
    path(f"{_one}departure/", views.Departure.as_view()),
    path(f"{_one}bookings/", views.Bookings.as_view()),
    path(f"{_one}bookings/<int:pk>/", views.OneBooking.as_view()),
    path(f"{_one}licences/", views.Licences.as_view()),
    path(f"{_one}licences/<int:pk>/", views.OneLicence.as_view()),
    path(f"{_one}skills/", views.Mastery.as_view()),
    path(f"{_one}scores/", views.Scores.as_view()),
    path(f"{_one}scores/<int:pk>/retraction/", views.Retraction.as_view()),
    path(f"{_one}time-entries/", views.TimeEntries.as_view()),
    path(f"{_one}timeline/", views.Timeline.as_view()),
    path("appraisals/", views.Appraisals.as_view()),
    path("appraisals/<int:pk>/", views.OneAppraisal.as_view()),
    path("appraisals/<int:pk>/confirmation/", views.Confirmation.as_view()),
]
