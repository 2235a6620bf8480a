"""What documents say about a running server is so: who follows one from top to bottom gets what it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.docs import markdown
from tests.docs.reader import Desk
from tests.serving import Server
from tests.stand_ins.provider import running_provider

FOLLOWED = [
    document for document in markdown.documents() if any(sample.needs_a_server for sample in markdown.samples(document))
]
LIMITS_AND_ERRORS = markdown.ROOT / "docs" / "developers" / "limits-and-errors.md"
_HEADER_ROW = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)
STANDARD_HEADERS = {"date", "content-type", "content-length", "transfer-encoding", "cache-control", "x-accel-buffering"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running_provider() as provider, Desk(tmp_path_factory.mktemp("desk"), provider).opened() as desk:
        yield desk


@pytest.mark.parametrize("document", FOLLOWED, ids=markdown.name)
def test_the_samples_of_a_document_do_what_it_says(document: Path, desk: Desk) -> None:
    with desk.reader() as newcomer:
        newcomer.follow(markdown.samples(document))


def test_the_headers_in_the_tables_are_those_that_are_sent(desk: Desk) -> None:
    with desk.server() as server:
        sent = {name for answer in _answers(server) for name in answer.headers}

    assert sent - STANDARD_HEADERS == set(_HEADER_ROW.findall(markdown.section(LIMITS_AND_ERRORS, "Headers")))


def _answers(server: Server) -> Iterator[httpx.Response]:
    """One answer of each kind: completion, stream, key, refusals by a rate, by a whole limit, and without a key."""
    key = server.key("--requests-per-minute", "2", "--tokens-per-minute", "5000", user="headers@example.com")
    greeting = {"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]}
    for more in ({}, {"stream": True}, {}, {"max_tokens": 6000}):
        yield httpx.post(
            f"{server.api}/chat/completions", headers={"authorization": f"Bearer {key}"}, json={**greeting, **more}
        )
    yield httpx.get(f"{server.api}/key", headers={"x-api-key": key})
    yield httpx.get(f"{server.api}/models")
