"""The rows of figures: their sums by day, and who has them sent."""

from service_center.reports.models.subscriptions import Mailing, Subscription
from service_center.reports.models.sums import Built, DaySum, Tally

__all__ = ["Built", "DaySum", "Mailing", "Subscription", "Tally"]
