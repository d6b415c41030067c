from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class TicketsConfig(AppConfig):
    """Tickets: intake, triage, dispatch, visits, repair, closing. Subscribers are loaded by the kernel."""

    name = "tickets"
    verbose_name = pgettext_lazy("plural", "工单")
