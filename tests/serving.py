"""A real ``naxios serve`` in a process of its own, for tests that use Naxios as people do: from outside."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
from django.apps import apps

from tests.first_start import migrated_database, static_files
from tests.warm import Child, WarmNaxios

START_SECONDS = 60
RECORD_SECONDS = 20
KNOWN_SECONDS = 20


class Server:
    """``naxios serve`` on a port of its own, with data under ``home``.

    Its standard error, the log, goes to ``home.log``, its standard output to ``home.out``; both are appended to.
    One that ``starts_warm`` is a fork of a process that has imported everything.
    """

    def __init__(self, home: Path, *, port: int = 0, starts_warm: bool = False, **environment: str) -> None:
        self.home = home
        self.log = home.with_suffix(".log")
        self.output = home.with_suffix(".out")
        self.url = ""
        self.first_staff_link: str | None = None
        self._process: subprocess.Popen[bytes] | Child | None = None
        self._port = port
        self._starts_warm = starts_warm
        self._said = 0
        self._applied: list[str] = []
        self._users: set[str] = set()
        self._ready: WarmNaxios | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NAXIOS_")},
            "NAXIOS_HOME": str(home),
            "NAXIOS_LOG_FORMAT": "json",
            **environment,
        }

    @property
    def api(self) -> str:
        """The base URL for OpenAI's SDK."""
        return f"{self.url}/v1"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, on the same port as before if it ran before; returns once it accepts connections."""
        command = ["serve", "--json", "--port", str(self._port)]
        with self.log.open("a") as log, self.output.open("a") as output:
            before = output.tell()
            if self._starts_warm:
                self._process = self._warm.begin(command, output=output, errors=log)
            else:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "naxios", *command],
                    stdout=output,
                    stderr=log,
                    env=self.environment,
                    cwd=self.log.parent,
                )
        told = self._announced(before)
        self.url, self.first_staff_link = told["url"], told["first_staff_link"]
        self._port = int(self.url.rsplit(":", 1)[1])

    @property
    def printed(self) -> list[str]:
        """What it has printed since it said that it runs, line by line."""
        return self.output.read_bytes()[self._said :].decode().splitlines()

    def kill(self) -> None:
        """``kill -9``."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self, seconds: float = 40) -> int:
        """SIGTERM; returns the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """``naxios ARGUMENTS`` against the same data, as a person would type it."""
        return subprocess.run(
            [sys.executable, "-m", "naxios", *arguments],
            capture_output=True,
            text=True,
            env={**self.environment, **environment},
            cwd=self.log.parent,
            timeout=120,
            check=False,
        )

    def cli(self, *arguments: str, **environment: str) -> Any:
        """What ``naxios ARGUMENTS --json`` prints; it has to succeed."""
        done = self._ready_run(*arguments, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def apply(self, catalogue: str, **environment: str) -> Any:
        """``naxios apply`` of a file with this text."""
        file = self.log.parent / "catalogue.toml"
        file.write_text(catalogue)
        applied = self.cli("apply", str(file), **environment)
        self._applied = list(tomllib.loads(catalogue).get("models", {}))
        return applied

    def run_program(self, file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python FILE ARGUMENTS`` in the environment of the server."""
        return self._warm.run_program(file, *arguments)

    def key(self, *options: str, user: str = "dev@example.com", plan: str = "test") -> str:
        """The secret of a new key of ``user``, who is made on first use, on ``plan`` if there is such a plan.

        Models that were applied before can be asked for with it: a gateway hears of them a moment later.
        """
        if user not in self._users:
            if self._ready_run("user", "create", user, "--plan", plan).returncode != 0:
                self._ready_run("user", "create", user)  # refused too if the account was there already
            self._users.add(user)
        secret = str(self.cli("key", "create", "--user", user, "--name", "test key", *options)["secret"])
        self._wait_for_models(secret)
        return secret

    def record(self, request_id: str) -> dict[str, Any]:
        """The usage record of a request, once the journal has been carried into the (embedded) database."""
        database = f"file:{self.home / 'naxios.sqlite3'}?mode=ro"
        end = time.monotonic() + RECORD_SECONDS
        while time.monotonic() < end:
            with closing(sqlite3.connect(database, uri=True)) as connection:
                connection.row_factory = sqlite3.Row
                row = connection.execute(
                    "SELECT * FROM usage_usagerecord WHERE request_id = ?", [request_id]
                ).fetchone()
            if row is not None:
                return dict(row)
            time.sleep(0.05)
        raise AssertionError(f"there is no usage record of {request_id}")

    def _wait_for_models(self, secret: str) -> None:
        if self._process is None or self._process.poll() is not None:
            return  # it will know them when it starts
        end = time.monotonic() + KNOWN_SECONDS
        with httpx.Client(base_url=f"{self.api}/models/", headers={"x-api-key": secret}) as client:
            for model in self._applied:
                while client.get(model).status_code == 404:
                    assert time.monotonic() < end, f"the gateway does not hear of {model}"
                    time.sleep(0.05)
        self._applied = []

    def _ready_run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """As :meth:`run`, but sooner."""
        if any(name.startswith("NAXIOS_") for name in environment):
            return self.run(*arguments, **environment)
        return self._warm.run(arguments, environment)

    @property
    def _warm(self) -> WarmNaxios:
        if self._ready is None:
            self._ready = WarmNaxios(self.environment, self.log.parent)
        return self._ready

    def _announced(self, before: int) -> dict[str, Any]:
        """What the process says once it accepts connections: the output after its first ``before`` bytes."""
        assert self._process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            output = self.output.read_bytes()[before:]
            if output.endswith(b"}\n"):
                told: dict[str, Any]
                told, length = json.JSONDecoder().raw_decode(output.decode())
                self._said = before + len(output.decode()[: length + 1].encode())
                return told
            time.sleep(0.02)
        raise AssertionError(f"naxios serve did not start:\n{self.log.read_text()[-4000:]}")


def prepare(server: Server) -> None:
    """Make the home directory with what a first start makes in it, which takes longer than all the rest."""
    server.home.mkdir(mode=0o700)
    shutil.copytree(static_files(), server.home / "static", copy_function=os.link)
    if not server.environment.get("NAXIOS_DATABASE_URL"):
        database = shutil.copyfile(migrated_database(), server.home / "naxios.sqlite3")
        database.chmod(0o600)


GENEROUS_PLAN = """
[plans.test]
tokens_per_day = 1000000000
models = ["*"]
"""
"""A plan whose limits do not get in the way of tests about something else."""


@contextmanager
def running_server(directory: Path, *, port: int = 0, **environment: str) -> Iterator[Server]:
    """A server with :data:`GENEROUS_PLAN`, stopped at the end; its exit code has to be 0."""
    server = Server(directory / "home", port=port, starts_warm=True, **environment)
    if apps.ready:  # in tests
        prepare(server)
    server.start()
    try:
        server.apply(GENEROUS_PLAN)
        yield server
    finally:
        code = server.stop()
    assert code == 0, f"naxios serve ended with {code}:\n{server.log.read_text()[-4000:]}"
