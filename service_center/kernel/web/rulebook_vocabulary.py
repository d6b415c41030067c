"""What the rulebook's codes are called: facts of a case with their values, and the values of each setting.

One word may mean different things in different settings: what stands under a setting's own code comes first.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

Words = Mapping[str, StrOrPromise]

FACTS: Words = {
    "tier": _("紧急程度"),
    "mode": _("服务方式"),
    "zone": _("区域"),
    "channel": _("渠道"),
    "gravity": _("投诉轻重"),
    "category": _("产品类别"),
    "service_category": _("服务类别"),
    "level": _("客户等级"),
    "matter": _("事项"),
    "branch": _("网点"),
}

CHANNELS: Words = {
    "phone": _("电话"),
    "hotline": _("热线电话"),
    "email": _("电子邮件"),
    "web": _("官网"),
    "portal": _("客户自助页"),
    "wechat": _("微信"),
    "app": _("手机应用"),
    "counter": _("门店"),
    "api": _("系统接口"),
    "chat": _("在线客服"),
    "letter": _("信函"),
    "sms": _("短信"),
    "social": _("社交媒体"),
}

VALUES: Words = {
    **CHANNELS,
    "urgent": _("紧急"),
    "general": _("一般"),
    "ordinary": _("普通"),
    "complex": _("复杂"),
    "simple": _("简单"),
    "remote": _("远程"),
    "onsite": _("上门"),
    "bringin": _("送修"),
    "mailin": _("寄修"),
    "exchange": _("换机"),
    "city": _("市区"),
    "suburb": _("郊区"),
    "serious": _("情节重大"),
    "important": _("重点客户"),
    "vip": _("贵宾客户"),
    "major": _("重大"),
    "long_running": _("长周期"),
    "paid": _("有费服务"),
    "free": _("免费服务"),
    "contract": _("合同服务"),
    "administrative": _("一般行政工作"),
    "terminal": _("终端产品"),
    "food": _("食品"),
    "food_fresh": _("生鲜"),
    "therapy": _("理疗产品"),
    "monthly": _("每月"),
    "quarterly": _("每季度"),
    "yearly": _("每年"),
    "closed": pgettext_lazy("hours", "休息"),
    "min": _("最低分"),
    "max": _("最高分"),
}

OF_SETTING: Mapping[str, Words] = {
    "calendar.hours": {
        "critical": _("安全、质量或功能问题"),
        "response": _("首次响应"),
        "arrival": _("到场"),
        "working_day": _("按工作日计的时限"),
        "return": _("退换货"),
    },
    "channel.owner": {"default": _("其他渠道"), "onsite": _("上门")},
    "complaint.supervisor_visit": {
        "all": _("全部走访"),
        "onsite": _("上门服务的投诉"),
        "none": _("不走访"),
    },
    "faulty_part.disposition": {"custody": _("统一留存"), "customer": _("交还客户")},
    "fee.invoice": {"same_day": _("当天开票"), "after_completion": _("完工后开票")},
    "followup.precedence": {"normal": _("一般")},
    "incident.levels": {"major": _("重大事件"), "serious": _("较大事件"), "general": _("一般事件")},
    "incident.vocabulary": {
        "tier": _("紧急程度"),
        "complexity": _("复杂程度"),
        "gravity": _("投诉轻重"),
        "incident": _("应急级别"),
    },
    "kpi.followup_coverage": {
        "done_of_due": _("已回访数 ÷ 应回访数"),
        "due_of_done": _("应回访数 ÷ 已回访数"),
    },
    "opinion_card.items": {
        "attitude": _("服务态度"),
        "technique": _("维修技术"),
        "arrival": _("到场时间"),
        "promises": _("答应事情的办理"),
    },
    "queue.owners": {
        "repair": _("维修"),
        "complaint": _("投诉"),
        "return_exchange": _("退换货"),
    },
    "report.daily.source": {"time_entries": _("工时记录"), "free_text": _("手工填写")},
    "return.start": {
        "receipt": _("收货当天"),
        "day_after_delivery": _("送达次日"),
        "signing": _("签收时刻"),
    },
    "ticket.consent.required_for": {"charge": _("收费"), "take_away": _("取走商品")},
    "ticket.critical.triggers": {
        "safety": _("安全"),
        "quality": _("质量"),
        "function": _("功能"),
        "rights": _("客户权益"),
        "major_error": _("重大差错"),
    },
    "ticket.factory.start_event": {
        "sent": _("寄出"),
        "factory_received": _("厂方收到"),
        "leader_informed": _("报告领导"),
    },
    "ticket.factory.end_event": {
        "factory_shipped": _("厂方发回"),
        "back_in_service": _("回到网点"),
        "delivered": _("交还客户"),
    },
    "ticket.reopen.later": {
        "new_cycle": _("重新计时"),
        "continue": _("接着计时"),
        "penalty": _("接着计时并记差错"),
    },
    "ticket.reopen.limit": {"none": _("不限")},
    "ticket.service_categories": {"none": _("不归并")},
    "ticket.tier.aliases": {"important": _("重要")},
    "warranty.refused_service": {"refuse": _("拒绝服务"), "offer_paid": _("改为有费服务")},
    "warranty.start": {"purchase": _("购买日期"), "serial": _("序列号")},
    "warranty.without_proof": {"out": _("视为保修期外"), "serial": _("按序列号推算")},
}

UNITS: Words = {
    "natural_day": _("自然日"),
    "second": _("秒"),
    "minute": _("分钟"),
    "hour": _("小时"),
    "month": _("个月"),
    "percent": "%",
    "point": _("分"),
    "cny": _("元"),
    "count": "",
}
ON_THE_CASE: Words = {"owner": _("负责人"), "assignee": _("经办工程师")}
RUNGS: Words = {
    "warn": _("预警"),
    "due": _("到期"),
    "escalate1": _("第一次升级"),
    "escalate2": _("第二次升级"),
    "escalate3": _("第三次升级"),
}
REASONS: Words = {
    "customer": _("等待客户"),
    "part": _("等待配件"),
    "factory": _("返厂"),
    "approval": _("等待审批"),
}
