"""What the kernel's own pages ask before they act, and how the rest is taken back."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, ELSEWHERE, NOTHING, ask, back

ask("approval", _("审批决定不能更改，确定吗？"))
ask("sign_out_everywhere", _("所有设备（包括本机）都会退出登录，确定吗？"))
ask("token_ending", _("撤销的令牌不能恢复，使用它的程序将无法访问，确定撤销吗？"), danger=True)
ask("review", _("复审结论登记后不能更改，确定登记吗？"))
ask("alarm-completion", _("处理结果提交后不能更改，确定提交吗？"))
back(
    {
        "home": NOTHING,
        "jsi18n": NOTHING,
        "search": NOTHING,
        "notifications": NOTHING,
        "unread": NOTHING,
        "account": NOTHING,
        "approval-withdrawal": AGAIN,
        "session_ending": "login",
        "notifications-read": NOTHING,
        "notification": NOTHING,
        "tour-seen": NOTHING,
        "login": "logout",
        "logout": "login",
        "language": AGAIN,
        "theme": AGAIN,
        "password_change": AGAIN,
        "password_reset": NOTHING,
        "password_reset_sent": NOTHING,
        "password_reset_link": NOTHING,
        "password_reset_new": AGAIN,
        "rule-versions": AGAIN,
        "rule-new": "rule-step",
        "rulebook-import": "rule-step",
        "rule-step": "rule-versions",
        "setting": AGAIN,
        "setting-approval": AGAIN,
        "setting-withdrawal": ELSEWHERE,
        "calendar-new": "calendar-deletion",
        "calendar-draft": "calendar-step",
        "calendar-holidays": "calendar-step",
        "calendar-step": ELSEWHERE,
        "calendar-force": "calendar-draft",
        "calendar-deletion": ELSEWHERE,
        "alarm-acknowledgement": NOTHING,
        "list-view-new": "list-view-deletion",
        "list-view": AGAIN,
        "list-view-shape": AGAIN,
        "list-view-deletion": ELSEWHERE,
        "list-start": AGAIN,
        "list-columns": AGAIN,
        "list-split": AGAIN,
        "list-action": ELSEWHERE,
    }
)
