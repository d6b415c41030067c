from django.urls import path

from staff.web import appraisals, menu, people, questions

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/import/", people.bring_in, name="people-import"),
    path("people/new/", people.hire, name="hire"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/bookings/<int:pk>/release/", people.release, name="booking-release"),
    path("people/<str:username>/licences/<int:pk>/revocation/", people.revoke, name="licence-revocation"),
    path("people/<str:username>/scores/<int:pk>/retraction/", people.retract, name="score-retraction"),
    path("people/<str:username>/<str:noun>/", people.noun, name="person-noun"),
    path("appraisals/", appraisals.appraisals, name="appraisals"),
    path("appraisals/<int:pk>/", appraisals.appraisal, name="appraisal"),
    path("appraisals/<int:pk>/confirmation/", appraisals.confirmation, name="appraisal-confirmation"),
]
