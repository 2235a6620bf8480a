"""Filters, read from an address and written back into it."""

from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from hypothesis import given

from naxios.usage import filters
from naxios.usage.filters import Filters
from naxios.usage.forms import FilterForm
from tests.unit.usage.histories import NOW
from tests.unit.usage.test_explore import questions


def _read(query: str) -> tuple[Filters, FilterForm]:
    return filters.read(QueryDict(query), user_id=1, now=NOW)


def test_without_a_question_a_week_is_shown_by_day_and_model() -> None:
    asked, form = _read("")

    assert (asked.period, asked.window.by, asked.group, asked.key_id, asked.model) == ("7d", "day", "model", None, "")
    assert asked.query() == ""
    assert not form.errors


@given(questions)
def test_what_was_read_is_written_back(question: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(question)
    asked, _ = _read(query.urlencode())

    again, _ = _read(asked.query())

    assert again == asked


def test_days_go_before_a_period() -> None:
    asked, _ = _read("period=24h&from=2026-02-01&to=2026-02-03")

    assert (asked.window.start.day, asked.window.end.day, asked.period) == (1, 4, "")


def test_one_end_alone_is_enough() -> None:
    until_now, _ = _read("from=2026-02-01")
    before, _ = _read("to=2026-02-10")

    assert (until_now.first, until_now.last) == (NOW.date().replace(month=2, day=1), NOW.date())
    assert before.first is not None
    assert before.last is not None
    assert (before.last - before.first).days == 29


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=century", "period"),
        ("by=minute", "by"),
        ("group=provider", "group"),
        ("key=abc", "key"),
        ("key=0", "key"),
        ("from=yesterday", "from"),
        ("from=2026-02-10&to=2026-02-01", "to"),
        ("from=1999-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("from=0001-01-01", "from"),
    ],
)
def test_what_makes_no_sense_is_said_and_left_out(query: str, field: str) -> None:
    asked, form = _read(query)

    assert list(form.errors) == [field]
    assert asked.window.start < asked.window.end


def test_a_change_keeps_the_rest() -> None:
    asked, _ = _read("period=24h&group=key&model=good")

    assert parse_qs(asked.query(period="30d")) == {"period": ["30d"], "group": ["key"], "model": ["good"]}
