"""Files that belong to rows: kept once by the hash of their content, shown to whoever may see the owner."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal, uploads
from service_center.kernel.models import Attachment

if TYPE_CHECKING:
    from service_center.kernel.models import User


class Kind(models.TextChoices):
    """What an attachment is, as the timeline names it."""

    PHOTO = "photo", _("照片")
    DOCUMENT = "document", _("文档")
    SIGNATURE = "signature", _("签字")


STORED = journal.define("attachment.stored", _("添加了附件（%(kind)s）"), kind=Kind)


def store(
    owner: models.Model, *, file: uploads.Upload, kind: str, actor: User | None, at: datetime
) -> Attachment:
    """Keep a file for a row; the same content for the same purpose twice is one attachment.

    Who may attach is the owner's verb to decide. The bytes are on disk before the row is; a roll-back leaves
    an unreferenced file that `sweep_orphans` removes. Raises uploads.TooLarge, uploads.UnsupportedMediaType.
    """
    kept = keep(file)
    attachment = of(owner).filter(kind=kind, sha256=kept["sha256"]).first()
    if attachment is not None:
        return attachment
    attachment = Attachment.objects.create(
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        kind=kind,
        by=actor,
        at=at,
        origin_key=_free_origin_key(),
        **kept,
    )
    journal.record(
        STORED, owner, actor=actor, at=at, attachment=attachment.pk, kind=kind, sha256=attachment.sha256
    )
    return attachment


class Kept(TypedDict):
    """What an attachment says of its file."""

    name: str
    content_type: str
    size: int
    sha256: str


def keep(file: uploads.Upload) -> Kept:
    """Accept a file and put its bytes in their place. Raises uploads.TooLarge, uploads.UnsupportedMediaType."""
    accepted = uploads.accept(file)
    digest = hashlib.sha256(accepted.content).hexdigest()
    _keep(digest, accepted.content)
    return {
        "name": accepted.name,
        "content_type": accepted.content_type,
        "size": len(accepted.content),
        "sha256": digest,
    }


def _free_origin_key() -> str | None:
    """The command's key for the first file it stores; the others are told apart by their content."""
    key = commands.origin_key()
    return None if key is None or Attachment.objects.filter(origin_key=key).exists() else key


def _keep(digest: str, content: bytes) -> None:
    """Write the bytes durably under their hash; a file that is there already is the same file."""
    target = path_of(digest)
    if target.exists():
        os.utime(target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def path_of(digest: str) -> Path:
    """Where the bytes of a hash lie."""
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def of(owner: models.Model) -> models.QuerySet[Attachment]:
    """The row's files, oldest first."""
    return Attachment.objects.filter(owner_type=owner._meta.label_lower, owner_id=owner.pk).order_by("id")


def may_read(user: User, attachment: Attachment) -> bool:
    """Whether the user may see the owner: its default manager's `visible_to` decides, and without one nobody
    may.
    """
    manager = apps.get_model(attachment.owner_type)._default_manager
    visible_to = getattr(manager, "visible_to", None)
    return visible_to is not None and bool(visible_to(user).filter(pk=attachment.owner_id).exists())


def sweep_orphans(*, at: datetime, older_than_seconds: int = 3600) -> int:
    """Remove files that no row names and that are old enough to belong to no running command; returns how
    many.
    """
    removed = 0
    for path in Path(settings.MEDIA_ROOT).glob("??/*"):
        is_old = at.timestamp() - path.stat().st_mtime > older_than_seconds
        if is_old and not Attachment.objects.filter(sha256=path.name).exists():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
