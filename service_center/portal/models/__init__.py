"""The rows of the customer's door."""

from service_center.portal.models.links import CaseLink, CaseSession
from service_center.portal.models.offers import ConsentOffer

__all__ = ["CaseLink", "CaseSession", "ConsentOffer"]
