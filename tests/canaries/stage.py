"""What canaries are sent with: a running server, a provider that misbehaves on demand, keys and fresh models."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx2 as httpx

from tests.integration.conftest import catalogue
from tests.integration.gateway.raw import Connection, connected, post
from tests.serving import Server, running_server
from tests.stand_ins.provider import Behaviour, StandInProvider, running_provider

MODELS = 60
KEY_NAME = "a key that can be found"
SECONDS = 60


class Endpoint(NamedTuple):
    """A path, and a body with ``CANARY`` where content goes. The model is filled in."""

    path: str
    body: dict[str, Any]


@dataclass
class Stage:
    """``key`` may do everything, ``poor_key`` next to nothing, and ``stranger`` asks for the first time."""

    server: Server
    provider: StandInProvider
    key: str
    poor_key: str
    stranger: str
    request_ids: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def model(self, behaviour: Behaviour) -> str:
        """A model that nobody has asked yet, whose provider behaves like this."""
        name = f"solo-{next(self._numbers)}"
        self.provider.models[name] = behaviour
        return name

    def content(self, endpoint: Endpoint, canary: str, model: str = "naxios/echo", **changed: Any) -> bytes:
        """The body for ``endpoint`` about ``canary``."""
        return json.dumps({"model": model, **endpoint.body, **changed}).replace("CANARY", canary).encode()

    def send(self, endpoint: Endpoint, content: bytes, *, key: str = "", **headers: str) -> httpx.Response:
        """The answer to ``content``."""
        headers = {"authorization": f"Bearer {key or self.key}", "content-type": "application/json", **headers}
        answer = httpx.post(self.server.url + endpoint.path, headers=headers, content=content, timeout=SECONDS)
        self.request_ids.append(answer.headers["x-request-id"])
        return answer

    @contextmanager
    def sending(self, endpoint: Endpoint, content: bytes) -> Iterator[Connection]:
        """A connection over which ``content`` has been sent."""
        with connected(self.server) as connection:
            connection.send(post(self.key, content, path=endpoint.path))
            yield connection

    def was_told(self, canary: str) -> bool:
        """Whether the provider has seen ``canary``."""
        return any(canary.encode() in asked.body for asked in self.provider.asked)

    def asked_about(self, canary: str) -> Any:
        """The provider's request about ``canary``."""
        return next(asked for asked in self.provider.asked if canary.encode() in asked.body)


@contextmanager
def running_stage(directory: Path) -> Iterator[Stage]:
    """A stage whose server logs all that it can and keeps its temporary files where they are searched."""
    temporary = directory / "temporary"
    temporary.mkdir()
    environment = {"NAXIOS_LOG_LEVEL": "debug", "TMPDIR": str(temporary)}
    # Not a fork, which shares memory with its parent: one of the ways is to have too little of it.
    with running_provider() as provider, running_server(directory, starts_warm=False, **environment) as server:
        server.apply(catalogue(provider, _models()), STAND_IN_KEY=provider.credential)
        user = "--user=dev@example.com"
        server.key(), server.key(user="poor@example.com")
        made = server.cli("key", "create", user, f"--name={KEY_NAME}")
        poor = ["--tokens-per-day=1", "--models=naxios/*"]
        yield Stage(server, provider, made["secret"], server.key(*poor), server.key(user="poor@example.com"))


def _models() -> str:
    return "".join(
        f'[models.solo-{n}]\nroutes = [ {{ provider = "stand-in", model = "solo-{n}" }} ]\n' for n in range(MODELS)
    )
