"""One server and one provider for all tests of a module, which change neither for good."""

from collections.abc import Iterator

import pytest

from tests.serving import GENEROUS_PLAN, Server, running_server
from tests.stand_ins.provider import StandInProvider, running_provider


@pytest.fixture(scope="module")
def running_stand_in() -> Iterator[StandInProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running_stand_in: StandInProvider) -> StandInProvider:
    """A provider that behaves well until the test says otherwise."""
    running_stand_in.forget()
    return running_stand_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, running_stand_in: StandInProvider) -> Iterator[Server]:
    """A running Naxios whose models ``good`` and ``pair`` are served by the stand-in provider."""
    with running_server(tmp_path_factory.mktemp("naxios")) as server:
        server.apply(catalogue(running_stand_in), STAND_IN_KEY=running_stand_in.credential)
        yield server


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key without limits that matter."""
    return server.key()


def catalogue(provider: StandInProvider, more: str = "", *, timeout_seconds: int = 2) -> str:
    """A file with the stand-in as a provider and ``good`` as a model; ``more`` is appended."""
    return f"""
[providers.stand-in]
kind = "openai"
base_url = "{provider.url}"
api_key = "${{STAND_IN_KEY}}"
timeout_seconds = {timeout_seconds}

[models.good]
context_tokens = 100000
routes = [ {{ provider = "stand-in", model = "good" }} ]

[models.pair]
routes = [
    {{ provider = "stand-in", model = "first", priority = 0 }},
    {{ provider = "stand-in", model = "second", priority = 1 }},
]
{GENEROUS_PLAN}
{more}
"""
