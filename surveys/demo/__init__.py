"""Surveys and calls of the demo world: of the last days by the verbs (recent), of the two years before in sets (in_bulk)."""

from surveys.demo.recent import seed

__all__ = ["seed"]
