"""Files: accepted by content and extension, images drawn anew, kept by hash, shown to whoever sees the
owner.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from service_center.kernel import attachments, commands, uploads
from service_center.kernel.models import Attachment, Event, Notification
from staff.models import Person

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **options)
    return out.getvalue()


def with_position() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-MAKER"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 30.0), 3: "E", 4: (120.0, 9.0, 0.0)})
    return picture(exif=exif)


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


FILM = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + box(b"moov", b"x" * 40) + box(b"mdat", b"y" * 40)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content", "content_type", "kept_as"),
    [
        ("a.jpg", picture(), "image/jpeg", "a.jpg"),
        ("a.JPEG", picture(), "image/jpeg", "a.jpg"),
        ("图片.png", picture("PNG"), "image/png", "图片.png"),
        ("a.heic", picture("HEIF", (64, 64)), "image/jpeg", "a.jpg"),
        ("a.pdf", PDF, "application/pdf", "a.pdf"),
        ("a.mp4", FILM, "video/mp4", "a.mp4"),
        ("a.xlsx", workbook(), uploads._KINDS[-1].content_type, "a.xlsx"),
    ],
)
def test_accept_takes_the_six_kinds(name: str, content: bytes, content_type: str, kept_as: str) -> None:
    accepted = uploads.accept(upload(name, content))
    assert (accepted.content_type, accepted.name) == (content_type, kept_as)


def macros() -> bytes:
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b"<html><script>alert(1)</script>"),
        ("a.jpg", b"GIF89a<script>"),
        ("a.jpg", picture("PNG")),
        ("a.png", picture()),
        ("a.jpg", picture()[:300]),
        ("a.png", picture("PNG")[:40]),
        ("a.svg", b"<svg onload='alert(1)'/>"),
        ("a.html", b"<html>"),
        ("a.exe", b"MZ\x90\0"),
        ("a.gif", picture("GIF")),
        ("a.jpg.exe", picture()),
        ("a", picture()),
        ("", picture()),
        ("a.pdf", b"%PDF-1.7 no end"),
        ("a.pdf", b"<script>%PDF-1.7 %%EOF"),
        ("a.pdf", picture()),
        ("a.mp4", b"\0\0\0\x20ftypisom" + b"z" * 50),
        ("a.mp4", FILM + b"<script>"),
        ("a.mp4", picture()),
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.xlsx", macros()),
        ("a.xlsx", PDF),
        ("a.heic", FILM),
        ("a.jpg", b""),
        ("a.jpg\0.png", b"\0" * 100),
    ],
)
def test_accept_refuses_what_is_not_what_it_says(name: str, content: bytes) -> None:
    file = io.BytesIO(content)
    file.name, file.size = name, len(content)  # type: ignore[attr-defined]  # like an upload
    with pytest.raises(uploads.UnsupportedMediaType) as refusal:
        uploads.accept(file)  # type: ignore[arg-type]  # as above
    assert (refusal.value.status, refusal.value.code, refusal.value.field) == (
        415,
        "unsupported_media_type",
        "file",
    )


@pytest.mark.req("SEC-05")
def test_accept_removes_position_and_everything_hidden_and_keeps_the_picture_upright() -> None:
    accepted = uploads.accept(upload("a.jpg", with_position() + b"HIDDEN<script>"))
    clean = Image.open(io.BytesIO(accepted.content))
    assert dict(clean.getexif()) == {}
    assert clean.size == (20, 40)
    assert b"CAMERA-MAKER" not in accepted.content
    assert b"HIDDEN" not in accepted.content


def test_accept_removes_texts_of_a_png() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET 13800138000")
    assert b"SECRET" not in uploads.accept(upload("a.png", picture("PNG", pnginfo=info))).content


def flood() -> bytes:
    """A PNG of 50,000 x 50,000 pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def bomb() -> bytes:
    """A workbook whose parts unpack to 300 MB."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 300_000_000)
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [("a.png", flood), ("a.xlsx", bomb)])
def test_accept_refuses_what_would_swell(name: str, content: Callable[[], bytes]) -> None:
    with pytest.raises(uploads.TooLarge) as refusal:
        uploads.accept(upload(name, content()))
    assert (refusal.value.status, refusal.value.code) == (413, "too_large")


def test_accept_refuses_more_than_twenty_megabytes_even_of_a_lying_size(settings: Any) -> None:
    big = picture() + b"\0" * settings.UPLOAD_MAX_BYTES
    file = upload("a.jpg", big)
    file.size = 10
    with pytest.raises(uploads.TooLarge):
        uploads.accept(file)


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\temp\\a.jpg", "a.jpg"),
        ("a\u202egpj.jpg", "agpj.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("故障 📷.jpg", "故障 📷.jpg"),
    ],
)
def test_accept_keeps_a_harmless_name(name: str, kept_as: str) -> None:
    file = io.BytesIO(picture())
    file.name, file.size = name, len(picture())  # type: ignore[attr-defined]  # like an upload
    assert uploads.accept(file).name == kept_as  # type: ignore[arg-type]  # as above


def test_accept_cuts_an_endless_name() -> None:
    assert len(uploads.accept(upload("长" * 200 + ".jpg", picture())).name) <= 160


def news(person: Person) -> Notification:
    return Notification.objects.create(user=person.user, template="t", created_at=AT)


def stored(owner: Notification, content: bytes = b"", name: str = "a.jpg", **options: Any) -> Attachment:
    with commands.as_of(AT):
        return attachments.store(
            owner, file=upload(name, content or picture()), kind="photo", actor=owner.user, at=AT, **options
        )


def test_store_keeps_bytes_by_hash_and_tells_the_journal(person: Callable[..., Person], media: Path) -> None:
    kept = stored(news(person("agent")))
    assert attachments.path_of(kept.sha256).stat().st_size == kept.size
    assert Event.objects.filter(name="attachment.stored").count() == 1
    assert "13800138000" not in str(Event.objects.get(name="attachment.stored").data)


def test_store_twice_is_one_attachment(person: Callable[..., Person]) -> None:
    owner = news(person("agent"))
    assert stored(owner).pk == stored(owner).pk
    assert Event.objects.filter(name="attachment.stored").count() == 1


def test_store_refused_leaves_nothing(person: Callable[..., Person], media: Path) -> None:
    with pytest.raises(uploads.UnsupportedMediaType):
        stored(news(person("agent")), b"<script>")
    assert not Attachment.objects.exists()
    assert list(media.rglob("*")) == []


@pytest.mark.req("SEC-06")
def test_download_only_for_whoever_sees_the_owner(
    person: Callable[..., Person], web: Callable[..., Client], api: Callable[..., Any]
) -> None:
    mine, other = person("agent"), person("agent")
    kept = stored(news(mine))
    response = web(mine).get(f"/attachments/{kept.pk}/")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert web(other).get(f"/attachments/{kept.pk}/").status_code == 404
    assert Client().get(f"/attachments/{kept.pk}/").status_code == 302
    assert api(mine).get(f"attachments/{kept.pk}/content/").status_code == 200
    assert api(other).get(f"attachments/{kept.pk}/content/").status_code == 404
    assert api(None).get(f"attachments/{kept.pk}/content/").status_code == 401


def test_owner_without_visibility_shows_nothing(person: Callable[..., Person]) -> None:
    somebody = person("admin")
    kept = attachments.store(
        somebody.user, file=upload("a.jpg", picture()), kind="photo", actor=somebody.user, at=AT
    )
    assert attachments.may_read(somebody.user, kept) is False


def test_sweep_orphans_removes_only_old_files_without_rows(
    person: Callable[..., Person], media: Path
) -> None:
    kept = stored(news(person("agent")))
    attachments._keep("ab" * 32, b"orphan")
    later = datetime.now(UTC) + timedelta(hours=2)
    assert attachments.sweep_orphans(at=datetime.now(UTC)) == 0
    assert attachments.sweep_orphans(at=later) == 1
    assert attachments.path_of(kept.sha256).exists()
