"""Static files: served from where they are built, collected only for production."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

ROOT = Path(__file__).parents[2]


def served() -> tuple[dict[str, Any], list[str]]:
    """The files that a fresh server knows, and what it complained of."""

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        found = WhiteNoiseMiddleware(answer).files
    return found, [str(one.message) for one in complaints]


def test_no_directory_is_missed_and_the_files_are_there() -> None:
    files, complaints = served()
    assert complaints == []
    assert "/static/favicon.svg" in files


def test_a_missing_directory_would_be_told(settings: Any, tmp_path: Path) -> None:
    """Negative control: the complaint is seen when there is a reason."""
    settings.STATIC_ROOT = tmp_path / "gone"
    assert ["No directory at" in line for line in served()[1]] == [True]


def test_production_serves_what_was_collected() -> None:
    program = "from service_center.settings import prod; print(prod.STATIC_ROOT)"
    secrets = {"SECRET_KEY": "x", "FIELD_KEYS": "a=b", "BLIND_INDEX_KEY": "x"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | secrets,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(ROOT / "staticfiles")
