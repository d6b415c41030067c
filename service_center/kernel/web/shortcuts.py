"""The one table of keys: the help that `?` opens is drawn from it, and the browser binds the keys of that help.

What a key does is one of `go` (to an address), `press` or `focus` (the first visible element of a selector), or the name
of an event that a behaviour of the page listens to (`shortcut:<does>`). Keys are `n`, `g t` (one after the other) or
`Mod+k` (Ctrl, or Command on a Mac).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from service_center.kernel.models import User
from service_center.kernel.web import menu

EVERYWHERE, PAGES, LISTS, TICKET, FORMS = "everywhere", "pages", "lists", "ticket", "forms"
GROUPS: dict[str, StrPromise] = {
    EVERYWHERE: _("随处可用"),
    PAGES: _("前往"),
    LISTS: _("列表"),
    TICKET: _("工单页"),
    FORMS: _("填写表单"),
}


@dataclass(frozen=True)
class Shortcut:
    """One line of the help. `where` is a selector without which the key does nothing and is not shown."""

    keys: str
    label: StrPromise
    does: str
    on: str = ""
    group: str = EVERYWHERE
    where: str = ""
    typing: bool = False

    @property
    def caps(self) -> list[list[str]]:
        """The keys as they are drawn: one after the other, each pressed together."""
        return [_caps(stroke) for stroke in self.keys.split(" ")]


def _caps(stroke: str) -> list[str]:
    names = {"Mod": "Ctrl", "Escape": "Esc"}
    held = "+" in stroke
    return [names.get(cap, cap.upper() if held and len(cap) == 1 else cap) for cap in stroke.split("+")]


_shortcuts: list[Shortcut] = []


def add(
    keys: str,
    label: StrPromise,
    does: str,
    *,
    on: str = "",
    group: str = EVERYWHERE,
    where: str = "",
    typing: bool = False,
) -> None:
    """Bind a key. `typing` keys work while a field has the focus. Raises ValueError for a key taken on the same place."""
    if any(one.keys == keys and one.where == where for one in _shortcuts):
        raise ValueError(f"the key {keys} is bound twice")
    _shortcuts.append(Shortcut(keys, label, does, on, group, where, typing))


def known_to(user: User) -> list[tuple[StrPromise, list[Shortcut]]]:
    """The keys this person can use, by groups; those of the pages come from the menu."""
    pages = [
        Shortcut(entry.keys, entry.label, "go", reverse(entry.url_name), PAGES)
        for entry in menu.entries_for(user)
        if entry.keys
    ]
    found = [(label, [s for s in (*_shortcuts, *pages) if s.group == code]) for code, label in GROUPS.items()]
    return [(label, keys) for label, keys in found if keys]


add("/", _("搜索"), "focus", on="#list-q, #global-search")
add("Mod+k", _("命令面板：前往、执行、查找"), "palette", typing=True)
add("?", _("显示本帮助"), "help")
add("Escape", _("离开输入框，关闭窗口"), "leave", typing=True)
add("j", _("下一行"), "row-next", group=LISTS, where="main tbody tr")
add("k", _("上一行"), "row-previous", group=LISTS, where="main tbody tr")
add("Enter", _("打开所选行"), "open", group=LISTS, where="main tbody tr")
add("x", _("选中或取消此行"), "row-select", group=LISTS, where="#list-rows .list-check")
add("X", _("选到此行为止"), "row-range", group=LISTS, where="#list-rows .list-check")
add(".", _("下一步"), "press", on="#next-step", group=TICKET, where="#next-step")
add("e", _("修改"), "press", on="#edit-ticket", group=TICKET, where="#edit-ticket")
add("m", _("更多步骤"), "press", on="#more-steps > summary", group=TICKET, where="#more-steps")
add(";", _("在空白处插入话术"), "phrase", group=FORMS, where="textarea[data-phrase-kind]", typing=True)
add("Mod+Enter", _("提交表单"), "submit", group=FORMS, typing=True)
