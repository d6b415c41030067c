"""Chinese search by pairs of characters: names of two characters are the common case, trigrams never find
them.

A text becomes words: each CJK character and each pair of neighbours, and each run of other letters or
digits whole. `vector` stores them, `query` asks for all of the words a search text has.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Value
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
MAX_WORDS = 400


class PlainQuery(SearchQuery):
    """A tsquery taken as it is written: no parser cuts its words anew."""

    def __init__(self, expression: str) -> None:
        super().__init__(expression, search_type="raw")
        self.expression = expression

    def as_sql(  # type: ignore[override]  # the base passes a function name, this has none
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: object
    ) -> tuple[str, list[str]]:
        return "%s::tsquery", [self.expression]


def words(text: str) -> list[str]:
    """Everything the text may be found by, sorted; full-width and upper-case letters count as their plain
    forms.
    """
    found: set[str] = set()
    for run in _runs(text):
        if _IS_CJK.match(run):
            found.update(run)
            found.update(a + b for a, b in pairwise(run))
        else:
            found.add(run)
    return sorted(found)[:MAX_WORDS]


def vector(*texts: str) -> Func:
    """The tsvector of the texts, to be stored in a SearchVectorField."""
    found = sorted({word for text in texts for word in words(text)})
    array = Cast(Value(found), ArrayField(models.TextField()))
    return Func(array, function="array_to_tsvector")


def query(text: str) -> PlainQuery | None:
    """What matches texts that hold all of this text's words; the last run of letters may be a beginning.

    A single Chinese character matches as such, a longer run by its pairs. None when the text has no word.
    """
    terms: list[str] = []
    for run in _runs(text):
        if not _IS_CJK.match(run):
            terms.append(f"{_quoted(run)}:*")
        elif len(run) == 1:
            terms.append(_quoted(run))
        else:
            terms.extend(_quoted(a + b) for a, b in pairwise(run))
    return PlainQuery(" & ".join(terms[:MAX_WORDS])) if terms else None


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def _quoted(word: str) -> str:
    return f"'{word}'"
