"""Shapes of what is typed about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled
from staff.models import Branch, Person, Skill, Team
from staff.states import BookingKind, Criterion, LicenceBasis, Role, TimeCategory


class Day(forms.DateInput):
    input_type = "date"


class Minute(forms.DateTimeInput):
    """A local instant; the branch's zone is the page's."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class NamedChoice(forms.ModelChoiceField[Any]):
    """Rows that have their name in two languages."""

    def label_from_instance(self, row: Any) -> str:
        return pick(row)


class Colleague(forms.ModelChoiceField[Person]):
    """Somebody at work, with the post behind the name."""

    def label_from_instance(self, person: Person) -> str:
        return f"{person.name} · {person.get_role_display()}"


class About(Styled):
    """A form about one person; `user` limits what may be chosen, `person` (kept as `about`) is whom it is
    about.
    """

    def __init__(self, *args: Any, user: User, person: Person | None = None, **kwargs: Any) -> None:
        self.user, self.about = user, person
        super().__init__(*args, **kwargs)
        self.limit()

    def limit(self) -> None:
        """Narrow the choices to what the user may see."""

    def arguments(self) -> dict[str, Any]:
        """What the verb is called with."""
        return dict(self.cleaned_data)


class PostForm(About):
    name = forms.CharField(label=_("姓名"), max_length=60)
    role = forms.ChoiceField(label=_("岗位"), choices=Role.choices)
    extra_roles = forms.MultipleChoiceField(
        label=_("兼任岗位"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    branch = NamedChoice(label=_("网点"), queryset=Branch.objects.order_by("code"))
    team = NamedChoice(label=_("班组"), queryset=Team.objects.order_by("code"), required=False)
    joined_on = forms.DateField(label=_("入职日期"), required=False, widget=Day)


class HireForm(PostForm):
    username = forms.CharField(label=_("登录名"), max_length=40, help_text=_("小写字母开头，例如 liu.wei"))
    password = forms.CharField(
        label=_("初始密码"), max_length=128, strip=False, widget=forms.PasswordInput,
        help_text=_("首次登录时必须修改。"),
    )  # fmt: skip
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    field_order = (
        "name",
        "username",
        "password",
        "role",
        "extra_roles",
        "branch",
        "team",
        "phone",
        "joined_on",
    )


class EditForm(PostForm):
    is_available = forms.BooleanField(label=_("可派工"), required=False)
    phone = forms.CharField(label=_("换新电话"), max_length=40, required=False, help_text=_("不换请留空。"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def arguments(self) -> dict[str, Any]:
        changes = dict(self.cleaned_data)
        if not changes["phone"]:
            del changes["phone"]
        return {"expected": changes.pop("version"), **changes}


class BlockForm(About):
    kind = forms.ChoiceField(
        label=_("事由"), choices=[(k.value, k.label) for k in BookingKind if k != BookingKind.VISIT]
    )
    starts_at = forms.DateTimeField(label=_("开始"), widget=Minute)
    ends_at = forms.DateTimeField(label=_("结束"), widget=Minute)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class LicenceForm(About):
    product_line = forms.CharField(
        label=_("产品线代码"), max_length=30, required=False, help_text=_("留空表示全部产品。")
    )
    product_model = forms.CharField(
        label=_("型号代码"), max_length=40, required=False, help_text=_("留空表示该产品线的全部型号。")
    )
    basis = forms.ChoiceField(label=_("依据"), choices=LicenceBasis.choices)
    certificate = forms.CharField(label=_("证书编号"), max_length=60, required=False)
    valid_to = forms.DateTimeField(label=_("有效期至"), required=False, widget=Minute)


class AssessForm(About):
    skill = NamedChoice(label=_("技能"), queryset=Skill.objects.order_by("code"))
    level = forms.IntegerField(label=_("等级（1 至 5）"), min_value=1, max_value=5)


class ScoreForm(About):
    criterion = forms.ChoiceField(label=_("考核项目"), choices=Criterion.choices)
    value = forms.DecimalField(
        label=_("评分（0 至 100）"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    note = forms.CharField(label=_("评分依据"), max_length=200)


class TimeForm(About):
    category = forms.ChoiceField(label=_("工时类别"), choices=TimeCategory.choices)
    started_at = forms.DateTimeField(label=_("开始"), widget=Minute)
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=1440)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class DepartureForm(About):
    hand_over_to = Colleague(
        label=_("接手人"),
        queryset=Person.objects.none(),
        help_text=_("未完成的工作全部移交给接手人，登录立即失效。"),
    )

    def limit(self) -> None:
        assert self.about is not None
        rows = Person.objects.visible_to(self.user).at_work().exclude(pk=self.about.pk).order_by("name")
        self.fields["hand_over_to"].queryset = rows  # type: ignore[attr-defined]  # a model choice


class CompileForm(About):
    person = Colleague(label=_("员工"), queryset=Person.objects.none())
    period = forms.DateField(
        label=_("月份"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )

    def limit(self) -> None:
        rows = Person.objects.visible_to(self.user).at_work().order_by("name")
        self.fields["person"].queryset = rows  # type: ignore[attr-defined]  # a model choice


class RetractionForm(About):
    reason = forms.CharField(label=_("撤回原因"), max_length=200)
