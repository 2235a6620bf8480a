"""The usage page put together: what it shows for some filters, as templates need it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from naxios.usage import charts, explore, recent, words
from naxios.usage.charts import Chart
from naxios.usage.explore import Refused, Report
from naxios.usage.filters import Filters
from naxios.usage.recent import Cursor, Request


class ShownRequest(NamedTuple):
    """A request with what its key and its status are called; ``tone`` colours the status."""

    request: Request
    key: str
    status: str
    tone: str


@dataclass(frozen=True)
class UsagePage:
    """Everything that changes while requests come in. ``stamp`` is different whenever something may have."""

    stamp: str
    report: Report
    charts: list[Chart]
    refusals: list[Refused]
    requests: list[ShownRequest]
    older: Cursor | None


def usage_page(filters: Filters, *, before: Cursor | None, now: datetime, key_names: Mapping[int, str]) -> UsagePage:
    """What was used, split and drawn, and one page of requests."""
    stamp = explore.stamp(filters, now)  # first: what comes in meanwhile is then shown twice rather than not at all
    report = explore.report(filters)
    # Rollups know at once that there is nothing to find; an index may not.
    page = recent.page(filters, before) if report.total.requests else recent.EMPTY
    return UsagePage(
        stamp=stamp,
        report=report,
        charts=[charts.tokens(report), charts.requests(report), charts.latency(report)],
        refusals=explore.refusals(filters),
        requests=list(shown(page.requests, key_names)),
        older=page.older,
    )


def shown(requests: Iterable[Request], key_names: Mapping[int, str]) -> Iterable[ShownRequest]:
    """``requests`` with their words."""
    for request in requests:
        yield ShownRequest(
            request,
            explore.key_label(request.key_id, key_names),
            words.of_status(request.status),
            words.tone_of_status(request.status),
        )
