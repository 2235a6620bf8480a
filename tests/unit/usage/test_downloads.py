"""CSV and JSON: the same rows twice, harmless in a spreadsheet."""

import csv
import io
import json
from datetime import timedelta

import pytest

from naxios.usage import downloads, explore, recent
from naxios.usage.downloads import Table
from tests.unit.usage.histories import NOW, drain, used
from tests.unit.usage.test_explore import ask

NAMES = {1: "production"}


def _csv(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(downloads.as_csv(table)))))


def _json(table: Table) -> list[dict[str, object]]:
    return list(json.loads("".join(downloads.as_json(table))))


def test_steps_add_up_to_the_report() -> None:
    drain([used(NOW - timedelta(hours=hours), tokens=hours, model=f"model-{hours % 7}") for hours in range(60)])
    report = explore.report(ask())

    rows = _json(downloads.steps(report))

    assert sum(row["standard_tokens"] for row in rows) == report.total.standard_tokens  # type: ignore[misc]
    assert {row["model"] for row in rows} == {group.label for group in report.groups}
    assert [row["start"] for row in rows] == sorted(str(row["start"]) for row in rows)


def test_csv_and_json_say_the_same() -> None:
    drain([used(status=200), used(status=502, first_byte=0)])
    report = explore.report(ask(group="status"))

    from_json = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in _json(downloads.steps(report))
    ]

    assert _csv(downloads.steps(report)) == from_json
    assert [row["status"] for row in from_json] == ["200 answered", "502 provider error"]


def test_requests_carry_what_their_table_shows() -> None:
    drain([used(tokens=30, duration=1_234_567, first_byte=89_000)])

    (row,) = _json(downloads.requests(recent.every(ask()), NAMES))

    assert row["key"] == "production"
    assert row["time"] == NOW.isoformat()
    assert (row["input_tokens"], row["output_tokens"], row["standard_tokens"]) == (30, 15, 45)
    assert (row["first_byte_ms"], row["duration_ms"]) == (89, 1235)


def test_all_requests_are_sent_however_many_batches_they_take() -> None:
    drain([used(NOW - timedelta(seconds=number)) for number in range(recent.BATCH_SIZE + 5)])

    rows = _csv(downloads.requests(recent.every(ask()), NAMES))

    assert len({row["request_id"] for row in rows}) == recent.BATCH_SIZE + 5


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@cf/model", "\tx", "\rx"])
def test_no_cell_begins_as_a_formula(name: str) -> None:
    drain([used(model=name)])

    rows = _csv(downloads.steps(explore.report(ask())))

    assert [row["model"] for row in rows] == [f"'{name}"]
    assert _json(downloads.steps(explore.report(ask())))[0]["model"] == name


def test_nothing_is_still_a_table() -> None:
    table = downloads.steps(explore.report(ask()))

    assert "".join(downloads.as_csv(table)).startswith("start,model,requests,errors")
    assert _json(downloads.steps(explore.report(ask()))) == []
