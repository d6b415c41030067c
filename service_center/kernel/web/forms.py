"""Forms that look alike everywhere, and the bridge from a verb's refusal to the field it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from service_center.kernel.errors import DomainError

LONG = 10_000


class Renderer(TemplatesSetting):
    """Draws forms by templates/forms/*.html."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


_WIDGET_CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
}


class LongText(forms.CharField):
    """A text of up to 10,000 characters, kept as typed; blanks alone are no text."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "max_length": LONG,
            "strip": False,
            "widget": forms.Textarea(attrs={"rows": rows}),
        }
        super().__init__(**usual | kwargs)

    def validate(self, value: Any) -> None:
        super().validate("" if isinstance(value, str) and not value.strip() else value)


class DeviceInstant(forms.CharField):
    """An instant the browser fills in unseen, RFC 3339 with its zone; empty is None."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 40} | kwargs)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = parse_datetime(text)
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise forms.ValidationError(_("设备报告的时间无法识别，请检查设备的时钟后重试。"), code="invalid")


class Styled(forms.Form):
    """A form whose widgets carry Tabler's classes, ids for labels and `aria-describedby` for help and
    errors. `refused_as` names the field of this form for the path a verb refuses by, where they differ.
    """

    required_css_class = "required"
    use_required_attribute = False
    refused_as: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            kind = next((c for w, c in _WIDGET_CLASSES.items() if isinstance(widget, w)), "form-control")
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} {kind}".strip()
            if isinstance(widget, forms.RadioSelect):
                widget.template_name = "forms/radios.html"
            for rule in field.validators:
                if isinstance(rule, ProhibitNullCharactersValidator):
                    rule.message = _("不能包含空字符，请删去后再提交。")

    def get_context(self) -> dict[str, Any]:
        """Errors of hidden fields stand above the form in their own words, without the field's inner name."""
        context = super().get_context()
        hidden = [str(error) for field in self.hidden_fields() for error in field.errors]
        above = [str(error) for error in self.non_field_errors()]
        context["errors"] = self.error_class([*above, *hidden], renderer=self.renderer)
        return context


@contextmanager
def refusals_into(form: forms.Form) -> Iterator[None]:
    """Show a verb's refusal beside its field, or above the form when it names none; the text typed stays."""
    try:
        yield
    except DomainError as refusal:
        form.refusal = refusal  # type: ignore[attr-defined]  # read by `status_of`
        form.add_error(_place(form, refusal.field or ""), str(refusal))


def _place(form: forms.Form, path: str) -> str:
    """The visible field a refusal belongs to: `notice.text` is `notice_text`, `customer.phone` is `phone`."""
    steps = path.split(".")
    names = ["_".join(steps[start:]) for start in range(len(steps))]
    names.insert(0, getattr(form, "refused_as", {}).get(path, ""))
    return next((n for n in names if n in form.fields and not form[n].is_hidden), NON_FIELD_ERRORS)


def status_of(form: forms.Form) -> int:
    """The HTTP status of a page with this form: a refusal's own, 422 for faults of the input, else 200."""
    refusal: DomainError | None = getattr(form, "refusal", None)
    if refusal is not None and refusal.status != 400:
        return refusal.status
    return 422 if form.errors else 200


def renew(form: forms.Form, version: int) -> None:
    """After a stale edit, let the next submission begin on what stands now; the text typed stays."""
    typed: Any = form.data
    typed = typed.copy()
    typed["version"] = str(version)
    form.data = typed
