"""The commands that bring tables in: `manage.py import_... FILE`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser

from service_center.kernel import importing, imports
from service_center.kernel.errors import DomainError


class ImportCommand(BaseCommand):
    """Bring the lines of a file in and name the bad ones; ends with 1 when there are any."""

    columns: ClassVar[Sequence[imports.Column]]
    verb: ClassVar[Callable[..., Any]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="XLSX or CSV with the column names in its first line")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        file = SimpleUploadedFile(path.name, path.read_bytes())
        try:
            report = importing.load(file, columns=self.columns, verb=type(self).verb, actor=None)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{report.done} lines are in.")
        for error in report.errors:
            self.stderr.write(f"line {error.line} {error.column}: {error.message}")
        if report.errors:
            raise CommandError(f"{len(report.errors)} problems; correct the file and send it again.")
