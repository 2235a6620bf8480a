"""The integration tests' server with many more models: routes remember failures, so each test takes fresh ones."""

import itertools
import socket
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import anthropic
import httpx2 as httpx
import openai
import pytest

from tests.integration.conftest import catalogue
from tests.integration.gateway.asking import Ask, http
from tests.serving import Server
from tests.stand_ins.provider import StandInProvider

MODELS = 60


class Pair(NamedTuple):
    """A model with two routes, ``first`` before ``second``: their names at the stand-in provider."""

    model: str
    first: str
    second: str


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, server: Server, running_stand_in: StandInProvider, closed_port: int
) -> Server:
    """The running Naxios, with models ``solo-N`` and ``pair-N`` that the fixtures below give out.

    ``nowhere`` is served by a provider that nothing listens for, ``half-there`` by that one first; the provider of
    ``narrow`` takes one request at a time, and the stand-in those that are too many. A module whose tests wait for
    the stand-in to be given up says after how many ``TIMEOUT_SECONDS``.
    """
    timeout = getattr(request.module, "TIMEOUT_SECONDS", 60)
    more = _models() + _odd_models(running_stand_in, closed_port)
    file = catalogue(running_stand_in, more, timeout_seconds=timeout)
    server.apply(file, STAND_IN_KEY=running_stand_in.credential)
    key = server.key()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        answer = httpx.get(f"{server.api}/models/pair-{MODELS - 1}", headers={"x-api-key": key})
        if answer.status_code == 200:
            return server
        time.sleep(0.05)
    raise AssertionError("the server did not take the catalogue up")


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port that nothing listens on and nothing else gets."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield unheard.getsockname()[1]


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def solo(_numbers: Iterator[int]) -> str:
    """A model with one route, to the stand-in's model of the same name; no other test has used it."""
    return f"solo-{next(_numbers)}"


@pytest.fixture
def pair(_numbers: Iterator[int]) -> Pair:
    """A model with two routes that no other test has used."""
    model = f"pair-{next(_numbers)}"
    return Pair(model, f"{model}-first", f"{model}-second")


@pytest.fixture
def ask(server: Server, key: str) -> Ask:
    """Asks a model for a completion: ``ask(model, **fields)``."""

    def ask(model: str, **fields: Any) -> httpx.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], **fields}
        return http.post(f"{server.api}/chat/completions", headers={"x-api-key": key}, json=body)

    return ask


@pytest.fixture
def client(server: Server, key: str) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK, without retries: what a test sees is one answer."""
    with openai.OpenAI(base_url=server.api, api_key=key, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def anthropic_client(server: Server, key: str) -> Iterator[anthropic.Anthropic]:
    """Anthropic's SDK, without retries."""
    with anthropic.Anthropic(base_url=server.url, api_key=key, max_retries=0, timeout=60) as client:
        yield client


def _models() -> str:
    solos = [
        f'[models.solo-{n}]\ncontext_tokens = 100000\nroutes = [ {{ provider = "stand-in", model = "solo-{n}" }} ]\n'
        for n in range(MODELS)
    ]
    pairs = [
        f"[models.pair-{n}]\ncontext_tokens = 100000\nroutes = [\n"
        f'    {{ provider = "stand-in", model = "pair-{n}-first", priority = 0 }},\n'
        f'    {{ provider = "stand-in", model = "pair-{n}-second", priority = 1 }},\n]\n'
        for n in range(MODELS)
    ]
    return "".join(solos + pairs)


def _odd_models(provider: StandInProvider, closed_port: int) -> str:
    return f"""
[providers.nobody]
kind = "openai"
base_url = "http://127.0.0.1:{closed_port}/v1"

[providers.narrow]
kind = "openai"
base_url = "{provider.url}"
api_key = "${{STAND_IN_KEY}}"
max_concurrency = 1

[models.nowhere]
routes = [ {{ provider = "nobody", model = "any" }} ]

[models.half-there]
routes = [
    {{ provider = "nobody", model = "other", priority = 0 }},
    {{ provider = "stand-in", model = "there", priority = 1 }},
]

[models.narrow]
routes = [
    {{ provider = "narrow", model = "narrow", priority = 0 }},
    {{ provider = "stand-in", model = "wide", priority = 1 }},
]
"""
