from django.urls import path

from service_center.portal.web import case, menu, questions, staff, survey

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("s/<str:token>/", survey.survey, name="survey"),
    path("c/", case.show, name="case"),
    path("c/consent/", case.consent, name="case-consent"),
    path("c/reopening/", case.reopening, name="case-reopening"),
    path("c/complaint/", case.complaint, name="case-complaint"),
    path("c/call/", case.call, name="case-call"),
    path("c/<str:token>/", case.door, name="case-door"),
    path("case-links/<str:number>/", staff.case_link, name="ticket-case-link"),
    path("consent-offers/<str:number>/", staff.consent_offer, name="ticket-consent-offer"),
]
