"""Static files: served from where they are built, collected only for production."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

ROOT = Path(__file__).parents[2]


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


def served() -> tuple[dict[str, Any], list[str]]:
    """The files that a fresh server knows, and what it complained of."""
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        found = WhiteNoiseMiddleware(_answer).files
    return found, [str(one.message) for one in complaints]


def sent(address: str, accepted: str) -> tuple[str | None, bytes]:
    """Encoding and body of the answer of a fresh server to somebody who takes these encodings."""
    server = WhiteNoiseMiddleware(_answer)
    answer: Any = server(RequestFactory().get(address, headers={"accept-encoding": accepted}))
    assert answer.status_code == 200
    return answer.headers.get("Content-Encoding"), b"".join(answer.streaming_content)


def of_production(name: str) -> Any:
    """A value of production's settings, read by a process of its own."""
    program = (
        f"import json; from service_center.settings import prod; print(json.dumps(prod.{name}, default=str))"
    )
    secrets = {"SECRET_KEY": "x", "FIELD_KEYS": "a=b", "BLIND_INDEX_KEY": "x"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | secrets,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout)


def test_no_directory_is_missed_and_the_files_are_there() -> None:
    files, complaints = served()
    assert complaints == []
    assert "/static/favicon.svg" in files


def test_a_missing_directory_would_be_told(settings: Any, tmp_path: Path) -> None:
    """Negative control: the complaint is seen when there is a reason."""
    settings.STATIC_ROOT = tmp_path / "gone"
    assert ["No directory at" in line for line in served()[1]] == [True]


def test_production_serves_what_was_collected() -> None:
    assert of_production("STATIC_ROOT") == str(ROOT / "staticfiles")


def test_what_lies_compressed_beside_a_file_is_sent_to_whoever_takes_it(
    settings: Any, tmp_path: Path
) -> None:
    """As `./dev up` serves: straight from where the build put the files."""
    content = b".page { color: navy; }" * 200
    (tmp_path / "page.css").write_bytes(content)
    (tmp_path / "page.css.br").write_bytes(brotli.compress(content))
    settings.STATICFILES_DIRS = [tmp_path]
    assert sent("/static/page.css", "gzip, br") == ("br", brotli.compress(content))
    assert sent("/static/page.css", "identity") == (None, content)


def test_collecting_for_production_compresses(settings: Any, tmp_path: Path) -> None:
    source, collected = tmp_path / "source", tmp_path / "collected"
    source.mkdir()
    content = b".page { color: navy; }" * 200
    (source / "page.css").write_bytes(content)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], collected
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = of_production("STORAGES")
    call_command("collectstatic", interactive=False, verbosity=0)
    address = staticfiles_storage.url("page.css")
    assert re.fullmatch(r"/static/page\.[0-9a-f]{12}\.css", address)
    encoding, body = sent(address, "gzip, br")
    assert (encoding, brotli.decompress(body)) == ("br", content)
    assert sent(address, "gzip")[0] == "gzip"


@pytest.mark.django_db
def test_pages_travel_compressed_and_other_answers_as_they_are(client: Client) -> None:
    page = client.get("/login/", headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert "csrfmiddlewaretoken" in gzip.decompress(page.content).decode()
    assert "Content-Encoding" not in client.get("/login/").headers
    assert (
        "Content-Encoding" not in client.get("/api/v1/schema/", headers={"accept-encoding": "gzip"}).headers
    )
