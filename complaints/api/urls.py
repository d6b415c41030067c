from django.urls import path

from complaints.api import views

_ONE = "complaints/<str:number>/"
_NOUNS = (
    views.Grading, views.Answer, views.Verification, views.Team, views.Finding, views.Plan, views.Execution,
    views.Result, views.Satisfaction, views.Closure, views.Contacts, views.Reminders, views.Escalation,
    views.Handover, views.Visit, views.Timeline, views.Clocks,
)  # fmt: skip

urlpatterns = [
    path("complaints/", views.Complaints.as_view(), name="api-complaints"),
    path(_ONE, views.OneComplaint.as_view(), name="api-complaint"),
    *(path(f"{_ONE}{view.noun}/", view.as_view(), name=f"api-complaint-{view.noun}") for view in _NOUNS),
]
