"""llama.cpp's Python server with a tiny model as the only provider of a running Naxios; for ``-m real_provider``."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2 as httpx
import openai
import pytest

from tests.serving import GENEROUS_PLAN, Server, running_server

START_SECONDS = 120
CREDENTIAL = "sk-of-the-real-provider"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only who asks for it gets it: what these tests import is not installed otherwise."""
    return None if "real_provider" in config.option.markexpr else True


class RealProvider(NamedTuple):
    """Where the provider listens."""

    url: str


@pytest.fixture(scope="session")
def real_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    from tests.real_provider import tiny_model

    directory = tmp_path_factory.mktemp("provider")
    tiny_model.write(directory / "tiny.gguf")
    port = _free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(directory / "tiny.gguf"), "--model_alias", "tiny", "--chat_format", "chatml"]
    command += ["--api_key", CREDENTIAL, "--n_ctx", str(tiny_model.CONTEXT), "--verbose", "false"]
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=directory, env={**os.environ, "no_proxy": "*"})
    provider = RealProvider(f"http://127.0.0.1:{port}/v1")
    try:
        _wait_for(provider, process, directory / "log")
        yield provider
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, real_provider: RealProvider) -> Iterator[Server]:
    """A running Naxios whose model ``noise`` is served by the real provider."""
    with running_server(tmp_path_factory.mktemp("naxios")) as server:
        server.apply(
            f"""
            [providers.llama]
            kind = "openai"
            base_url = "{real_provider.url}"
            api_key = "${{LLAMA_KEY}}"

            [models.noise]
            context_tokens = 2048
            routes = [ {{ provider = "llama", model = "tiny" }} ]
            {GENEROUS_PLAN}
            """,
            LLAMA_KEY=CREDENTIAL,
        )
        yield server


@pytest.fixture(scope="session")
def key(server: Server) -> str:
    """A key with a limit of every kind, so that every header about limits is there."""
    return server.key("--tokens-per-day=1000000000", "--requests-per-minute=1000000", "--tokens-per-minute=100000000")


@pytest.fixture
def client(server: Server, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.api, api_key=key, max_retries=0, timeout=120) as client:
        yield client


@pytest.fixture
def model() -> str:
    return "noise"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(provider: RealProvider, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            answer = httpx.get(f"{provider.url}/models", headers={"authorization": f"Bearer {CREDENTIAL}"})
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            assert answer.status_code == 200, answer.text
            return
    raise AssertionError(f"llama_cpp.server did not start:\n{log.read_text()[-4000:]}")
