"""The rulebook by its sources: documents with their articles, conflicts with both sides, reviews with their dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from service_center.kernel import commands, reviews, rulebook, rulemaking
from service_center.kernel.languages import english, pick
from service_center.kernel.models import (
    ApprovalStep,
    Calendar,
    Clause,
    Document,
    Review,
    Rule,
    Setting,
    VersionStatus,
)
from service_center.kernel.seeds.conflicts import CONFLICTS
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.forms import LongText, Styled, refusals_into, status_of

TABLES = (Rule, Setting, ApprovalStep)


@dataclass(frozen=True)
class Source:
    """A row of the rulebook as its document's page names it: what it is, for which cases, what it says."""

    row: Any
    table: str
    name: str
    case: str
    text: str
    url: str

    @property
    def stands(self) -> bool:
        return self.row.status == VersionStatus.IN_FORCE


def source(row: Any, calendars: Mapping[int, Calendar]) -> Source:
    case = words.case(row.conditions)
    if isinstance(row, Rule):
        text = f"{words.duration(row)} · {pick(calendars[row.calendar_id])}"
        return Source(row, _("规则"), pick(row), case, text, reverse("rule", args=[row.pk]))
    if isinstance(row, Setting):
        return Source(row, _("参数"), pick(row), case, words.value(row), reverse("setting", args=[row.key]))
    text = _("第 %(order)s 步：%(role)s") % {"order": row.order, "role": words.role(row.role)}
    return Source(row, _("审批步骤"), pick(row), case, text, "")


def sources(**wanted: Any) -> list[Source]:
    """Rows that count or wait as alternatives, from all three tables."""
    found: list[Source] = []
    calendars = Calendar.objects.in_bulk()
    for model in TABLES:
        rows = model.objects.current(timezone.now()).with_clause().exclude(status=VersionStatus.DRAFT)
        found += [source(row, calendars) for row in rows.filter(**wanted).order_by("key", "alternative")]
    return found


@login_required
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """The documents with how many rows cite each, and when it is looked at again."""
    counts: dict[int, int] = defaultdict(int)
    for model in TABLES:
        for pk in model.objects.current(timezone.now()).values_list("clause__document_id", flat=True):
            counts[pk] += 1
    planned = {row.document_id: row for row in Review.objects.planned()}
    lines = [(row, counts[row.pk], planned.get(row.pk)) for row in Document.objects.order_by("code")]
    context = {"lines": lines, "today": timezone.localdate()}
    return render(request, "kernel/rulebook/documents.html", context)


@login_required
@require_GET
def document(request: HttpRequest, code: str) -> HttpResponse:
    """One document: article by article what the system takes from it."""
    row = get_object_or_404(Document, code=code)
    by_clause: dict[int, list[Source]] = defaultdict(list)
    for found in sources(clause__document=row):
        by_clause[found.row.clause_id].append(found)
    clauses = Clause.objects.filter(document=row).order_by("pk")
    context = {
        "document": row,
        "clauses": [(clause, by_clause.get(clause.pk, [])) for clause in clauses],
        "reviews": row.reviews.select_related("done_by__person").order_by("-pk"),
    }
    return render(request, "kernel/rulebook/document.html", context)


@dataclass(frozen=True)
class Conflict:
    """A question the documents answer differently: what counts now, and what stands ready instead."""

    code: str
    title: str
    standing: list[Source] = field(default_factory=list)
    waiting: list[Source] = field(default_factory=list)


def conflicts_of(rows: Iterable[Source]) -> list[Conflict]:
    """All conflicts of the catalogue, each with both its sides."""
    found = {code: Conflict(code, en if english() else zh) for code, zh, en in CONFLICTS}
    for row in rows:
        for code in row.row.conflicts:
            if code in found:
                (found[code].standing if row.stands else found[code].waiting).append(row)
    return list(found.values())


@login_required
@require_GET
def conflicts(request: HttpRequest) -> HttpResponse:
    """Every conflict of the documents, with the rows of the tables that settle it."""
    context = {"conflicts": conflicts_of(sources())}
    return render(request, "kernel/rulebook/conflicts.html", context)


class ReviewForm(Styled):
    """What came of a review, and when the next one is."""

    note = LongText(label=gettext_lazy("复审结论"), rows=3)
    next_on = forms.DateField(
        label=gettext_lazy("下次复审"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        interval = rulebook.setting(reviews.INTERVAL)
        self.fields["next_on"].help_text = _("留空表示 %(days)s 天后") % {"days": interval.days}


@login_required
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """The planned reviews, the latest due first, and the last ones done."""
    today = timezone.localdate()
    done = Review.objects.exclude(done_at=None).select_related("document", "done_by__person")
    context = {
        "planned": Review.objects.planned().select_related("document").order_by("due_on", "document__code"),
        "late": Review.objects.late(today).count(),
        "done": done.order_by("-done_at")[:50],
        "today": today,
        "may_change": rulemaking.can_change(request.user),  # type: ignore[arg-type]  # behind the log-in
    }
    return render(request, "kernel/rulebook/reviews.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a document was reviewed."""
    row = get_object_or_404(Review.objects.select_related("document"), pk=pk)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(reviews.complete, row, by=request, **form.cleaned_data)
            messages.success(request, _("已记下复审结论，下次复审已排定。"))
            return redirect("reviews")
    context = {
        "review": row,
        "form": form,
        "sources": sources(clause__document=row.document),
        "may_change": rulemaking.can_change(request.user),  # type: ignore[arg-type]  # behind the log-in
    }
    return render(request, "kernel/rulebook/review.html", context, status=status_of(form))
