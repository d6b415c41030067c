"""Log lines: one line each, without personal data."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from service_center.kernel.logs import LineFormatter, mask


def line(message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("app", logging.INFO, "f.py", 1, message, args, None)
    vars(record).update(extra)
    return LineFormatter().format(record)


@pytest.mark.req("SEC-09")
@pytest.mark.parametrize(
    "secret",
    ["13800138000", "+8613800138000", "138 0013 8000", "0571-88001234", "fang.wang@example.com", "330106199001011234",
     "33010619900101123X", "+1 202-555-0123"],
)  # fmt: skip
def test_personal_data_are_masked_everywhere(secret: str) -> None:
    written = line("call from %s", secret, caller=f"tel {secret}")
    assert secret not in written


@pytest.mark.parametrize(
    "text",
    ["Authorization: Bearer abcDEF123456", "token=abcDEF123456", '{"password": "abcDEF123456"}', "GET /s/abcDEF1234567890abcd/",
     "/account/reset/abcDEF1234567890abcd/"],
)  # fmt: skip
def test_secrets_are_masked(text: str) -> None:
    assert "abcDEF123456" not in mask(text)


@pytest.mark.parametrize(
    "text", ["ticket T-2026-000123 closed", "took 1234 ms", "2026-03-02T01:00:00Z", "part P-1001 x 12"]
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_a_message_cannot_forge_a_second_line() -> None:
    written = line("name %s", 'x\r\n{"level": "error"}\u2028\x85\0end')
    assert written.isprintable() or "\n" not in written
    assert len(written.splitlines()) == 1
    assert json.loads(written)["message"].startswith("name x")


def test_line_tells_when_what_and_the_trace() -> None:
    try:
        raise ValueError("phone 13800138000")
    except ValueError:
        record = logging.LogRecord("app", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    told = json.loads(LineFormatter().format(record))
    assert (told["level"], told["logger"], told["message"]) == ("error", "app", "failed")
    assert told["at"].endswith("Z")
    assert "ValueError" in told["trace"]
    assert "13800138000" not in told["trace"]
