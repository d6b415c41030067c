from django.urls import path

from surveys.api import views

_INVITATION, _FOLLOW_UP, _RECTIFICATION = (
    "surveys/invitations/<int:pk>/",
    "follow-ups/<int:pk>/",
    "rectifications/<int:pk>/",
)
_OF_FOLLOW_UP = (
    views.Attempt,
    views.OutcomeNoun,
    views.Handover,
    views.FollowUpTimeline,
    views.FollowUpClocks,
)

urlpatterns = [
    path("surveys/invitations/", views.Invitations.as_view(), name="api-invitations"),
    path(_INVITATION, views.OneInvitation.as_view(), name="api-invitation"),
    path(f"{_INVITATION}resend/", views.Resend.as_view(), name="api-invitation-resend"),
    path(f"{_INVITATION}answer/", views.PhoneAnswer.as_view(), name="api-invitation-answer"),
    path("follow-ups/", views.FollowUps.as_view(), name="api-follow-ups"),
    path(_FOLLOW_UP, views.OneFollowUp.as_view(), name="api-follow-up"),
    *(path(f"{_FOLLOW_UP}{v.noun}/", v.as_view(), name=f"api-follow-up-{v.noun}") for v in _OF_FOLLOW_UP),
    path("rectifications/", views.Rectifications.as_view(), name="api-rectifications"),
    path(_RECTIFICATION, views.OneRectification.as_view(), name="api-rectification"),
    path(f"{_RECTIFICATION}analysis/", views.Analysis.as_view(), name="api-rectification-analysis"),
    path(f"{_RECTIFICATION}completion/", views.Completion.as_view(), name="api-rectification-completion"),
]
