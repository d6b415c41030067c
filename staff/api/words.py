"""What the fields about people and their work are called in the interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

WORDS: Final[dict[str, StrPromise]] = {
    "person": _("人员"),
    "appraisal": _("考核"),
    "confirmation": _("确认"),
    "booking": _("占用"),
    "departure": _("离开"),
    "licence": _("上岗证"),
    "score": _("得分"),
    "skill": _("技能"),
    "time_entry": _("工时"),
    "period": _("期间"),
    "total": _("总分"),
    "compiled_at": _("汇总时间"),
    "confirmed_at": _("确认时间"),
    "confirmed_by": _("确认人"),
    "lines": _("明细"),
    "criterion": _("考核项"),
    "weight": _("权重"),
    "figure": _("指标值"),
    "entries": _("分录"),
    "hand_over_to": _("工作移交给"),
    "product_line": _("产品线"),
    "product_model": _("产品型号"),
    "basis": _("依据"),
    "certificate": _("证书号"),
    "revoked_at": _("吊销时间"),
    "extra_roles": _("兼任岗位"),
    "team": _("班组"),
    "joined_on": _("入职日"),
    "left_at": _("离职时间"),
    "is_available": _("可派工"),
    "at_work": _("在职"),
    "level": _("等级"),
    "assessed_at": _("评定时间"),
    "source": _("来源"),
    "posted_by": _("记录人"),
    "category": _("类别"),
    "minutes": _("分钟数"),
    "retraction": _("撤销"),
}
