"""The staff pages' places in the navigation."""

from django.utils.translation import pgettext_lazy

from service_center.kernel.web import menu

menu.add(
    pgettext_lazy("plural", "员工"),
    "people",
    keys="g e",
    icon="users",
    order=80,
    roles=("supervisor", "manager", "trainer", "quality", "analyst", "director", "admin"),
    home_of=("admin",),
)
menu.add(pgettext_lazy("plural", "月度考核"), "appraisals", icon="clipboard-check", order=82)
