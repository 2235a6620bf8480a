"""Nothing of a prompt or a completion stays anywhere: not in the database, journal, log, metrics or a stray file.

Every way sends a canary of its own; afterwards everything that the server has written is searched for all of them.
Another endpoint that takes content is one line in ``ENDPOINTS``.
"""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from tests.canaries.search import Remains
from tests.canaries.stage import KEY_NAME, Endpoint, Stage, running_stage
from tests.canaries.ways import CHAT, EVERY_ENDPOINT, Way
from tests.serving import Server

ENDPOINTS: list[tuple[Endpoint, list[Way]]] = [
    (Endpoint("/v1/chat/completions", {"messages": [{"role": "user", "content": "CANARY"}]}), EVERY_ENDPOINT + CHAT),
]
CASES = [(endpoint, way) for endpoint, ways in ENDPOINTS for way in ways]
NAMES = [f"{way.__name__} of {endpoint.path}" for endpoint, way in CASES]


class Sent(NamedTuple):
    """What is left of a server after all canaries."""

    stage: Stage
    remains: Remains
    canaries: dict[str, str]
    failures: dict[str, BaseException]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Every case's canary, sent; then what there is while the server runs and after it has stopped."""
    remains = Remains()
    canaries = {name: f"canary{secrets.token_hex(12)}" for name in NAMES}
    failures: dict[str, BaseException] = {}
    with running_stage(tmp_path_factory.mktemp("canaries")) as stage:
        for name, (endpoint, way) in zip(NAMES, CASES, strict=True):
            try:
                way(stage, endpoint, canaries[name])
            except Exception as failure:
                failures[name] = failure
        remains.take_metrics(stage.server)
        remains.take_files(stage.server, "running")
    remains.take_files(stage.server, "stopped")
    yield Sent(stage, remains, canaries, failures)


@pytest.mark.parametrize("name", NAMES)
def test_no_canary_stays_anywhere_that_was_sent(sent: Sent, name: str) -> None:
    if name in sent.failures:
        raise sent.failures[name]

    assert sent.remains.places_of(sent.canaries[name]) == []


# The search itself


def test_the_search_finds_what_is_stored_for_good_reason(sent: Sent) -> None:
    assert any("naxios.sqlite3" in place for place in sent.remains.places_of(KEY_NAME))
    assert any("home.log" in place for place in sent.remains.places_of("a route failed"))
    assert any("home.out" in place for place in sent.remains.places_of(sent.stage.server.url))
    assert "/metrics" in sent.remains.places_of("naxios_requests_total")


def test_the_search_finds_the_record_of_a_request_that_had_a_canary(sent: Sent) -> None:
    recorded = [id for id in sent.stage.request_ids if sent.remains.places_of(id)]

    assert len(recorded) > len(CASES) / 2


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode().hex().encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: json.dumps({"deep": [text]}).encode(),
        lambda text: quote(text).encode(),
    ],
    ids=["plain", "utf-16", "hexadecimal", "base64", "json", "url"],
)
def test_the_search_sees_through_common_disguises(tmp_path: Path, written: Callable[[str], bytes], before: str) -> None:
    canary = f"canary{secrets.token_hex(12)}"
    server = Server(tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "stray").write_bytes(b"\0\1" + written(f"{before}{canary} and more"))
    remains = Remains()

    remains.take_files(server, "now")

    assert remains.places_of(canary) == ["home/stray, now"]
    assert remains.places_of(f"canary{secrets.token_hex(12)}") == []
