"""The questionnaires the product brings along; a company puts its own versions in their place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from staff.states import Criterion
from surveys.states import Kind

SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)


def _question(code: str, zh: str, en: str, criterion: Criterion) -> dict[str, str]:
    return {"code": code, "name_zh": zh, "name_en": en, "criterion": criterion.value}


SERVICE: Final[dict[str, Any]] = {
    "code": "service",
    "version": 1,
    "kind": Kind.SERVICE,
    "name_zh": "服务满意度（1 至 10 分）",
    "name_en": "Satisfaction with the service (1 to 10)",
    "scale_min": 1,
    "scale_max": 10,
    "valid_from": SINCE,
    "questions": [
        _question(
            "quality",
            "您对服务质量打几分？",
            "How do you rate the quality of service?",
            Criterion.SATISFACTION,
        ),
        _question(
            "effect",
            "您对维修效果打几分？",
            "How do you rate the result of the repair?",
            Criterion.SATISFACTION,
        ),
        _question(
            "speed", "您对服务速度打几分？", "How do you rate the speed of service?", Criterion.SATISFACTION
        ),
    ],
}
CARD: Final[dict[str, Any]] = {
    "code": "card",
    "version": 1,
    "kind": Kind.CARD,
    "name_zh": "对维修工程师的评价",
    "name_en": "Your opinion of the engineer",
    "scale_min": 1,
    "scale_max": 4,
    "valid_from": SINCE,
    "levels": [
        {"name_zh": "不满意", "name_en": "Dissatisfied"},
        {"name_zh": "一般", "name_en": "Fair"},
        {"name_zh": "满意", "name_en": "Satisfied"},
        {"name_zh": "很满意", "name_en": "Very satisfied"},
    ],
    "questions": [
        _question("attitude", "服务态度", "Attitude", Criterion.ATTITUDE),
        _question("technique", "维修技术", "Technique", Criterion.SKILL),
        _question("arrival", "到达时间", "Arrival time", Criterion.ATTITUDE),
        _question("promises", "答应事情的办理", "Keeping promises", Criterion.ATTITUDE),
    ],
}
QUESTIONNAIRES: Final = (SERVICE, CARD)
