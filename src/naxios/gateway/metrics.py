"""What Prometheus may know of the gateway: counts and times by model, provider and outcome, never by key."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from naxios.domain import clock
from naxios.domain.usage import MeteredUsage

REQUESTS = Counter("naxios_requests_total", "Metered requests by how they ended", ["model", "provider", "status"])
TOKENS = Counter("naxios_tokens_total", "Metered tokens", ["model", "direction"])
REFUSALS = Counter("naxios_refusals_total", "Requests refused before they were forwarded", ["code"])
SECONDS = Histogram(
    "naxios_request_seconds",
    "From admission to the last byte",
    ["model"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
)
IN_FLIGHT = Gauge("naxios_requests_in_flight", "Requests being served")
JOURNAL_TROUBLE = Counter("naxios_journal_failures_total", "Writes that the disk refused")


def observe(model: str, provider: str, status: int, usage: MeteredUsage, duration: int) -> None:
    """Count one metered request; ``duration`` in microseconds."""
    requests, input_tokens, output_tokens, seconds = _series(model, provider, status)
    requests.inc()
    input_tokens.inc(usage.input_tokens)
    output_tokens.inc(usage.output_tokens)
    seconds.observe(duration / clock.SECOND)


@cache  # grows with the series themselves, which Prometheus keeps as well
def _series(model: str, provider: str, status: int) -> tuple[Counter, Counter, Counter, Histogram]:
    return (
        REQUESTS.labels(model, provider, status),
        TOKENS.labels(model, "input"),
        TOKENS.labels(model, "output"),
        SECONDS.labels(model),
    )
