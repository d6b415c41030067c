"""What the fields of surveys, follow-ups and rectifications are called in the interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

WORDS: Final[dict[str, StrPromise]] = {
    "follow_up": _("回访"),
    "attempt": _("回访联系"),
    "attempts": _("联系次数"),
    "invitation": _("满意度邀请"),
    "resend": _("重发"),
    "rectification": _("整改"),
    "analysis": _("原因分析"),
    "completion": _("完成"),
    "measure": _("措施"),
    "questionnaire": _("问卷"),
    "question": _("题目"),
    "scale_min": _("最低分"),
    "scale_max": _("最高分"),
    "completed_at": _("完成时间"),
    "solved": _("已解决"),
    "polite": _("态度良好"),
    "missing": _("还缺什么"),
    "sent_at": _("发送时间"),
    "sent_count": _("发送次数"),
    "comment": _("意见"),
    "comment_kind": _("意见类别"),
    "answers": _("答卷"),
    "answered": _("已答复"),
    "marks": _("评分"),
    "due_until": _("到期截止"),
}
