"""The usage page's numbers, against the same sums over the entries themselves."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from naxios.domain.clock import MINUTE
from naxios.domain.journal import Entry, RefusalEntry, UsageEntry
from naxios.domain.moments import moment
from naxios.usage import explore, filters, recent
from naxios.usage.explore import Figures
from naxios.usage.filters import Filters
from naxios.usage.periods import floor
from tests.unit.usage.histories import NOW, drain, forget_everything, histories, in_one_database, refused, used

questions = st.fixed_dictionaries(
    {"group": st.sampled_from(["model", "key", "status"])},
    optional={
        "period": st.sampled_from(["24h", "7d", "30d", "12m"]),
        "by": st.sampled_from(["hour", "day", "month"]),
        "key": st.sampled_from(["1", "2"]),
        "model": st.sampled_from(["good", "best"]),
        "from": st.dates(date(2025, 6, 1), date(2026, 2, 27)).map(str),
    },
)


def ask(**parts: str) -> Filters:
    """The filters behind ``?period=…&by=…`` of account 1."""
    query = QueryDict(mutable=True)
    query.update(parts)
    return filters.read(query, user_id=1, now=NOW)[0]


def _selected(history: list[Entry], asked: Filters) -> list[UsageEntry]:
    return [
        entry
        for entry in history
        if isinstance(entry, UsageEntry)
        and entry.account_id == 1
        and asked.window.start <= moment(entry.admitted_at) < asked.window.end
        and asked.key_id in (None, entry.key_id)
        and asked.model in ("", entry.model)
    ]


def _sums(entries: list[UsageEntry]) -> dict[str, int]:
    names = (
        "duration",
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "reasoning_tokens",
        "standard_tokens",
        "first_byte",
    )
    return {
        **{name: sum(getattr(entry, name) for entry in entries) for name in names},
        "requests": len(entries),
        "errors": sum(entry.status >= 400 for entry in entries),
        "first_byte_count": sum(entry.first_byte > 0 for entry in entries),
    }


def _told(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in _sums([])}


def _by(entries: list[UsageEntry], key: Callable[[UsageEntry], Any]) -> dict[Any, dict[str, int]]:
    parts: dict[Any, list[UsageEntry]] = {}
    for entry in entries:
        parts.setdefault(key(entry), []).append(entry)
    return {name: _sums(part) for name, part in parts.items()}


@settings(in_one_database, max_examples=80)
@given(histories, questions)
def test_a_report_is_the_sum_of_the_requests_that_it_is_about(history: list[Entry], question: dict[str, str]) -> None:
    forget_everything()
    drain(history)
    asked = ask(**question)
    entries = _selected(history, asked)

    def step(entry: UsageEntry) -> datetime:
        return floor(asked.window.by, moment(entry.admitted_at))

    def group(entry: UsageEntry) -> Any:
        return {"model": entry.model, "key": entry.key_id, "status": entry.status}[asked.group]

    report = explore.report(asked)

    assert _told(report.total) == _sums(entries)
    assert sum(report.total.latencies) == len(entries)
    assert {group.id: _told(group.figures) for group in report.groups} == _by(entries, group)
    assert {at: _told(figures) for at, figures in report.by_step.items()} == _by(entries, step)
    assert {cell: _told(figures) for cell, figures in report.cells.items()} == _by(
        entries, lambda entry: (step(entry), group(entry))
    )


@settings(in_one_database, max_examples=40)
@given(histories, questions)
def test_refusals_are_summed_by_reason(history: list[Entry], question: dict[str, str]) -> None:
    forget_everything()
    drain(history)
    asked = ask(**question)
    selected = [
        entry
        for entry in history
        if isinstance(entry, RefusalEntry)
        and entry.account_id == 1
        and asked.window.start <= moment(entry.minute * MINUTE) < asked.window.end
        and asked.key_id in (None, entry.key_id)
    ]
    expected: Counter[str] = Counter()
    for entry in selected:
        expected[entry.code] += entry.count

    assert {refused.code: refused.times for refused in explore.refusals(asked)} == expected


@settings(in_one_database, max_examples=40)
@given(histories, questions, st.integers(1, 4))
def test_pages_of_requests_are_all_of_them_newest_first(
    history: list[Entry], question: dict[str, str], size: int
) -> None:
    forget_everything()
    drain(history)
    asked = ask(**question)
    entries = _selected(history, asked)

    pages, before = [], None
    while True:
        page = recent.page(asked, before, size)
        pages.append(page.requests)
        before = page.older and recent.parse_cursor(str(page.older))
        if before is None:
            break

    seen = [request for page in pages for request in page]
    assert {request.request_id for request in seen} == {entry.request_id for entry in entries}
    assert len(seen) == len(entries)
    assert [request.admitted_at for request in seen] == sorted((r.admitted_at for r in seen), reverse=True)
    assert all(len(page) == size for page in pages[:-1])


def test_the_groups_with_most_tokens_come_first() -> None:
    drain([used(model="small", tokens=2), used(model="large", tokens=200), used(model="failed", tokens=0)])

    assert [group.label for group in explore.report(ask()).groups] == ["large", "small", "failed"]


def test_a_stamp_changes_with_a_request_and_with_a_refusal_and_not_otherwise() -> None:
    asked = ask()
    stamps = [explore.stamp(asked, NOW)]
    for entry in (used(), refused(), used(account=2, key=3)):
        drain([entry])
        stamps.append(explore.stamp(asked, NOW))

    nothing, a_request, a_refusal, somebody_else = stamps
    assert len({nothing, a_request, a_refusal}) == 3
    assert somebody_else == a_refusal


@pytest.mark.parametrize("text", ["", "yesterday", "5", "5-", "-5", "99999999999999999999999-1"])
def test_what_is_no_cursor_asks_for_the_first_page(text: str) -> None:
    assert recent.parse_cursor(text) is None
