"""One JSON object per line, without personal data and without a way to forge a second line."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_NAMES = "token|password|secret|authorization|cookie|sessionid|csrftoken"  # noqa: S105 - names to look for
_MASKS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?i)\b(bearer|basic)\s+\S+", r"\1 ***"),
        (rf"(?i)\b({_SECRET_NAMES})\b([\"']?\s*[:= ]\s*[\"']?)[^\s\"',;&]+", r"\1\2***"),
        (r"/(s|c|reset)/[\w\-]{16,}", r"/\1/***"),
        (r"(?<![\w])[\w.+-]+@[\w-]+(\.[\w-]+)+", "***@***"),
        (r"(?<![\dA-Za-z-])\d{17}[\dXx](?![\dA-Za-z])", "***id***"),
        (r"(?<!\d)(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", "***phone***"),
        (r"(?<![\d-])0\d{2,3}[- ]\d{7,8}(?!\d)", "***phone***"),
        (r"(?<![\w])\+\d[\d \-]{7,14}\d", "***phone***"),
    )
)


def mask(text: str) -> str:
    """The text without telephone and identity numbers, mail addresses, tokens and passwords."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class LineFormatter(logging.Formatter):
    """A log record as one line of JSON: at, level, logger, message, the extras, the trace; all
    of it masked.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD and not name.startswith("_"):
                line[name] = value if isinstance(value, bool | int | float | None) else mask(str(value))
        if record.exc_info:
            line["trace"] = mask(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = mask(record.stack_info)
        return (
            json.dumps(line, ensure_ascii=False)
            .replace("\u2028", "\\u2028")
            .replace("\u2029", "\\u2029")
            .replace("\x85", "\\u0085")
        )
