"""The rows of surveys and follow-up calls. One module per topic."""

from surveys.models.follow_ups import FollowUp, FollowUpAttempt, Rectification
from surveys.models.questionnaires import Answer, Invitation, Questionnaire

__all__ = ["Answer", "FollowUp", "FollowUpAttempt", "Invitation", "Questionnaire", "Rectification"]
