"""Forms that look alike everywhere, and the bridge from a verb's refusal to the field it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.renderers import TemplatesSetting

from service_center.kernel.errors import DomainError


class Renderer(TemplatesSetting):
    """Draws forms by templates/forms/*.html."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


_WIDGET_CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.RadioSelect: "form-selectgroup-input",
    forms.Select: "form-select",
}


class Styled(forms.Form):
    """A form whose widgets carry Tabler's classes, ids for labels and `aria-describedby` for help and
    errors.
    """

    required_css_class = "required"
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            kind = next((c for w, c in _WIDGET_CLASSES.items() if isinstance(widget, w)), "form-control")
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} {kind}".strip()


@contextmanager
def refusals_into(form: forms.Form) -> Iterator[None]:
    """Show a verb's refusal beside its field, or above the form when it names none; the text typed stays."""
    try:
        yield
    except DomainError as refusal:
        name = (refusal.field or "").rsplit(".", 1)[-1]
        form.add_error(name if name in form.fields else NON_FIELD_ERRORS, str(refusal))


def renew(form: forms.Form, version: int) -> None:
    """After a stale edit, let the next submission begin on what stands now; the text typed stays."""
    typed: Any = form.data
    typed = typed.copy()
    typed["version"] = str(version)
    form.data = typed
