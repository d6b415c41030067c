"""What the command palette knows of tickets: the steps of the one that is open, and those one had open last."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel.models import User
from service_center.kernel.web import palette, recents
from tickets import permissions
from tickets.models import Ticket
from tickets.web import nouns

PAGES = {"ticket", "ticket-noun", "ticket-edit", "ticket-clock"}
WITHOUT_WORDS = 6
"""How many steps stand there before anything is typed; all of them are found by typing."""


def _actions(ask: palette.Ask) -> list[palette.Choice]:
    if ask.here is None or ask.here.url_name not in PAGES:
        return []
    rows = Ticket.objects.visible_to(ask.user).with_people().with_work_left().select_related("report_draft")
    row = rows.filter(number=ask.here.kwargs["number"]).first()
    if row is None:
        return []
    steps = nouns.offered(row, ask.user)
    url = f"/tickets/{row.number}/"
    may = [palette.Choice(str(s.label), f"{url}?step={s.noun}#step", s.icon) for s in steps]
    if row.is_open and permissions.can_edit(ask.user, row):
        may.append(palette.Choice(_("修改"), f"{url}edit/", "edit", keys="e"))
    may_not = [
        palette.Choice(str(r.step.label), "", r.step.icon, reason=r.reason)
        for r in nouns.refused(row, ask.user, steps)
    ]
    if not ask.text:
        return may[:WITHOUT_WORDS]
    return [choice for choice in (*may, *may_not) if ask.matches(choice.title)]


def _recent(user: User, ids: list[int]) -> dict[int, palette.Choice]:
    rows = Ticket.objects.visible_to(user).filter(pk__in=ids).select_related("customer")
    return {
        row.pk: palette.Choice(
            f"{row.number} {row.subject}",
            f"/tickets/{row.number}/",
            "ticket",
            f"{row.customer.name} · {row.get_status_display()}",
        )
        for row in rows
    }


palette.register("ticket", gettext_lazy("此工单"), _actions, order=10)
recents.register(Ticket._meta.label_lower, _recent)
