"""What the fields of figures are called in the interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

WORDS: Final[dict[str, StrPromise]] = {
    "formula": _("公式"),
    "numerator": _("分子"),
    "denominator": _("分母"),
    "rows_url": _("明细地址"),
    "as_of": _("截至"),
}
