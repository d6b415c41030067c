from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.forms import Styled


class OfferForm(Styled):
    """Plan and amount put before the customer."""

    plan = forms.CharField(
        label=_("方案"), max_length=10_000, strip=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    amount = forms.DecimalField(label=_("金额（元）"), max_digits=12, decimal_places=2, min_value=0)
