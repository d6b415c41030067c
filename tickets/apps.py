from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Tickets: intake, triage, dispatch, visits, repair, closing. Subscribers are loaded by the kernel."""

    name = "tickets"
    verbose_name = _("工单")
