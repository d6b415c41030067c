"""The import-linter contract that keeps an app's doors its own (docs/adding-a-feature.md).

Of a lower app one may import actions, queries, permissions, models, events and states; its pages, its API,
its admin, its subscribers and its tasks are for itself and for the project's URL tables only.
"""

from __future__ import annotations

from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class OwnDoors(Contract):
    """Refuses an import of `<app>.<door>` from outside that app, unless the importer is listed."""

    type_name = "own_doors"

    apps = fields.ListField(subfield=fields.StringField())
    doors = fields.ListField(subfield=fields.StringField())
    allowed_importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        allowed = set(self.allowed_importers)  # type: ignore[call-overload]
        found = []
        for app in self.apps:  # type: ignore[attr-defined]
            for door in self._door_modules(graph, app):
                for importer in sorted(graph.find_modules_that_directly_import(door)):
                    if not _within(importer, app) and importer not in allowed:
                        found.append(f"{importer} imports {door}")
        return ContractCheck(kept=not found, metadata={"found": found})

    def _door_modules(self, graph: Any, app: str) -> list[str]:
        roots = [f"{app}.{door}" for door in self.doors]  # type: ignore[attr-defined]
        return sorted(m for m in graph.modules if any(_within(m, root) for root in roots))

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"]:
            output.print_error(line, bold=False)


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
