"""What may come in as a file: the type told by content and by extension, and agreed on by both; images made
anew.

Re-encoding through Pillow leaves nothing of an image but its pixels: no position, no camera, no hidden
second file. PDF, MP4 and XLSX are checked by their structure and only ever served as downloads.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Lock
from typing import Protocol

import puremagic
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from service_center.kernel.errors import DomainError

register_heif_opener()

MAX_PIXELS = 50_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 5_000
NAME_LENGTH = 120
_one_image_at_a_time = Lock()


class UnsupportedMediaType(DomainError):
    code, status = "unsupported_media_type", 415
    message = _("不支持此文件：只接受内容与扩展名一致的 JPEG、PNG、HEIC、PDF、MP4、XLSX 文件。")


class TooLarge(DomainError):
    code, status = "too_large", 413
    message = _("文件太大：最多 20 MB，图片最多 5000 万像素。")


class Upload(Protocol):
    """What Django hands over as an uploaded file."""

    name: str | None

    @property
    def size(self) -> int | None: ...

    def read(self, size: int = ..., /) -> bytes: ...

    def seek(self, offset: int, /) -> object: ...


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its bytes as they will be stored."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class _Kind:
    extensions: tuple[str, ...]
    content_type: str
    known_as: frozenset[str]
    clean: Callable[[bytes], bytes]
    stored_extension: str


def accept(file: Upload) -> Accepted:
    """The file as it may be stored. Raises TooLarge, UnsupportedMediaType (field `file`)."""
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(field="file")
    file.seek(0)
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(field="file")
    name = _safe_name(file.name or "")
    kind = _kind_of(name, content)
    stem = PurePosixPath(name).stem[:NAME_LENGTH] or "file"
    return Accepted(f"{stem}{kind.stored_extension}", kind.content_type, kind.clean(content))


def _safe_name(name: str) -> str:
    """The last part of the name without control, direction and other invisible characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")


def _kind_of(name: str, content: bytes) -> _Kind:
    extension = PurePosixPath(name).suffix.lower()
    kind = next((k for k in _KINDS if extension in k.extensions), None)
    try:
        seen = {match.extension for match in puremagic.magic_string(content[:4096])}
    except (puremagic.PureError, ValueError):
        seen = set()
    if kind is None or not seen & kind.known_as:
        raise UnsupportedMediaType(field="file")
    return kind


def _redraw(content: bytes, *, formats: tuple[str, ...], target: str) -> bytes:
    """The picture's first frame, upright, as a new file of its own."""
    try:
        with _one_image_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=formats)
            if picture.width * picture.height > MAX_PIXELS:
                raise TooLarge(field="file")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return _drawn(upright, target)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(field="file") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError) as error:
        raise UnsupportedMediaType(field="file") from error


def _drawn(picture: Image.Image, target: str) -> bytes:
    has_alpha = target == "PNG" and (picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info)
    clean = picture.convert("RGBA" if has_alpha else "RGB")
    clean.info.clear()
    out = io.BytesIO()
    clean.save(out, target, **({"quality": 88} if target == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _jpeg(content: bytes) -> bytes:
    return _redraw(content, formats=("JPEG", "MPO"), target="JPEG")


def _png(content: bytes) -> bytes:
    return _redraw(content, formats=("PNG",), target="PNG")


def _heic(content: bytes) -> bytes:
    """HEIC becomes JPEG: every browser shows it."""
    return _redraw(content, formats=("HEIF",), target="JPEG")


def _pdf(content: bytes) -> bytes:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise UnsupportedMediaType(field="file")
    return content


def _mp4(content: bytes) -> bytes:
    """The top-level boxes must fill the file from end to end and hold a film."""
    boxes: list[bytes] = []
    position = 0
    while position + 8 <= len(content) and len(boxes) < MAX_PARTS:
        size, name = (
            int.from_bytes(content[position : position + 4], "big"),
            content[position + 4 : position + 8],
        )
        if size == 1:
            size = int.from_bytes(content[position + 8 : position + 16], "big")
        elif size == 0:
            size = len(content) - position
        if size < 8:
            break
        boxes.append(name)
        position += size
    if position != len(content) or boxes[:1] != [b"ftyp"] or not {b"moov", b"mdat"} <= set(boxes):
        raise UnsupportedMediaType(field="file")
    return content


def _xlsx(content: bytes) -> bytes:
    """A workbook without macros whose parts unpack to a bounded size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnsupportedMediaType(field="file") from error
    names = {part.filename for part in parts}
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise TooLarge(field="file")
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    if has_macros or not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise UnsupportedMediaType(field="file")
    return content


_KINDS = (
    _Kind((".jpg", ".jpeg"), "image/jpeg", frozenset({".jpg", ".jpeg", ".jfif"}), _jpeg, ".jpg"),
    _Kind((".png",), "image/png", frozenset({".png"}), _png, ".png"),
    _Kind((".heic", ".heif"), "image/jpeg", frozenset({".heif", ".heic"}), _heic, ".jpg"),
    _Kind((".pdf",), "application/pdf", frozenset({".pdf"}), _pdf, ".pdf"),
    _Kind((".mp4",), "video/mp4", frozenset({".mp4"}), _mp4, ".mp4"),
    _Kind(
        (".xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        frozenset({".xlsx"}),
        _xlsx,
        ".xlsx",
    ),
)
