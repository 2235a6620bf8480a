"""The tables that charts are drawn from."""

from datetime import timedelta

from naxios.usage import charts, explore
from tests.unit.usage.histories import NOW, drain, used
from tests.unit.usage.test_explore import ask


def test_every_step_has_a_row_with_or_without_requests() -> None:
    drain([used(NOW, tokens=10), used(NOW - timedelta(days=2), tokens=20)])

    chart = charts.tokens(explore.report(ask()))

    assert [row.label for row in chart.rows] == ["23 Feb", "24 Feb", "25 Feb", "26 Feb", "27 Feb", "28 Feb", "1 Mar"]
    assert [row.values for row in chart.rows] == [(0,), (0,), (0,), (0,), (30,), (0,), (15,)]


def test_groups_after_the_fifth_are_one() -> None:
    drain([used(model=f"model-{number}", tokens=10 * number) for number in range(1, 9)])

    chart = charts.tokens(explore.report(ask(period="24h")))

    assert chart.series == ("model-8", "model-7", "model-6", "model-5", "model-4", "3 others")
    assert chart.rows[-1].values == (120, 105, 90, 75, 60, 90)


def test_what_took_no_time_is_not_drawn_as_none() -> None:
    drain([used(NOW, duration=1_000_000, first_byte=0)])

    values = [row.values for row in charts.latency(explore.report(ask())).rows]

    assert values[0] == (None, None, None)
    assert values[-1] == (975, 750, None)


def test_an_empty_chart_has_a_series_of_nothing() -> None:
    chart = charts.requests(explore.report(ask(period="12m")))

    assert chart.series == ("Requests",)
    assert [row.label for row in chart.rows][-2:] == ["Feb 2026", "Mar 2026"]
    assert {row.values for row in chart.rows} == {(0,)}
