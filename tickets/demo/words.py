"""What people in the demo world say and draw."""

import base64

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FAULTS = {
    "AC": ("制冷效果差", "开机半小时仍不凉，出风正常", "不制冷", "冷媒不足", "检漏并补充冷媒"),
    "WM": ("脱水时异响", "脱水阶段有金属撞击声并移位", "异响", "减震器老化", "更换减震器"),
    "RF": ("冷藏室不冷", "冷冻正常，冷藏室温度偏高", "温度高", "风门电机故障", "更换风门电机"),
    "TH": ("理疗仪无法启动", "按电源键无反应，指示灯不亮", "不通电", "电源板损坏", "更换电源板"),
}
QUESTION = ("如何设置定时开机", "想了解遥控器上的定时功能怎样使用", "", "", "")
KEPT_PARTS = ("P-1001", "P-2001")
"""Their stock is a fact of the demo world: no ticket draws on it."""
