"""Tables brought in line by line: each good line is one command, each bad one is named with what is wrong
with it.

Each line carries a key made of its content, so the same file sent again writes nothing twice and a
corrected one brings in what was missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from service_center.kernel import commands, crypto, imports
from service_center.kernel.errors import DomainError

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from service_center.kernel.uploads import Upload


@dataclass
class Report:
    """How many lines are in, and what is wrong with the others, by line."""

    done: int = 0
    errors: list[imports.LineError] = field(default_factory=list)


def load(
    file: Upload, *, columns: Sequence[imports.Column], verb: Callable[..., Any], actor: User | None
) -> Report:
    """Read the file and call `verb(values=..., actor=..., at=...)` for every good line.

    Raises what `imports.read` raises when the file is no such table.
    """
    sheet = imports.read(file, columns=columns)
    report = Report(errors=list(sheet.errors))
    headings = {column.code: str(column.heading) for column in columns}
    principal = f"user:{actor.pk}" if actor is not None else "import"
    for row in sheet.rows:
        stamp = crypto.blind("import", repr((verb.__qualname__, sorted(row.values.items()))))
        key = commands.Key(principal, f"import:{stamp}", stamp)
        try:
            commands.run(verb, values=row.values, actor=actor, key=key)
        except DomainError as refusal:
            code = (refusal.field or "").rsplit(".", 1)[-1]
            report.errors.append(imports.LineError(row.line, headings.get(code, ""), str(refusal)))
        else:
            report.done += 1
    report.errors.sort(key=lambda error: error.line)
    return report
