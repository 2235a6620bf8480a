"""Processes that start warm: forks of one that has imported what they need, so that they start in a tenth of the time.

Starting Python and Django takes most of the time of a command and of a server's start. So every worker has one process
that has imported all that needs no settings (``_IMPORTED_BEFORE``), and each environment one more, a fork of the
first, in which Django has read its settings too. Commands and servers of that environment are forks of it.

What a process makes of its environment and of a cold start is tested with :class:`tests.serving.Server`, which starts
Python itself.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parent.parent
_LONGEST_REQUEST = 2**17
_SECONDS = 120
_IMPORTED_BEFORE = [
    "allauth.account",
    "asyncio",
    "click",
    "cryptography.fernet",
    "cryptography.x509",
    "csp.middleware",
    "discord",
    "django.contrib.staticfiles.storage",
    "django.core.handlers.asgi",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.template.defaulttags",
    "django.views.generic",
    "environ",
    "fido2.webauthn",
    "httptools",
    "naxios.domain.journal",
    "naxios.gateway.plane",
    "prometheus_client",
    "pydantic",
    "stripe",
    "structlog",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
    "whitenoise.middleware",
]
"""Modules that read no settings of Django's and begin no thread. What is missing here only makes starts slower."""


class Child:
    """A process that was forked, with what tests use of :class:`subprocess.Popen`."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told, "rb", buffering=0)
        self.returncode: int | None = None
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self._end()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _end(self) -> None:
        self.returncode = int(self._told.readline())
        self._told.close()


class Warm:
    """A process that forks when it is asked to. Ends when it is forgotten."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        weakref.finalize(self, door.close)

    def fork(
        self,
        role: str,
        arguments: Sequence[str],
        environment: dict[str, str],
        directory: Path,
        *,
        streams: tuple[int, int] = (1, 2),
        door: socket.socket | None = None,
    ) -> Child:
        """A fork that plays one of ``_ROLES``, with ``environment`` besides its own, and writes to ``streams``."""
        request = json.dumps([role, list(arguments), environment, str(directory)]).encode()
        told, tell = os.pipe()
        socket.send_fds(self._door, [request], [*streams, tell, *([door.fileno()] if door else [])])
        os.close(tell)
        return Child(told)


class WarmNaxios(Warm):
    """``naxios`` and other programs in one environment, whose settings have been read."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self._directory = directory
        door, its_door = _doors()
        with its_door:
            _warm_python().fork("ready", [], environment, directory, door=its_door)
        super().__init__(door)

    def run(self, arguments: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """``naxios ARGUMENTS`` with some more variables, to its end."""
        return self._run("naxios", arguments, environment)

    def run_program(self, file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python FILE ARGUMENTS``, to its end."""
        return self._run("program", [str(file), *arguments], {})

    def begin(self, arguments: Sequence[str], *, output: IO[Any], errors: IO[Any]) -> Child:
        """``naxios ARGUMENTS``, which goes on by itself."""
        streams = (output.fileno(), errors.fileno())
        return self.fork("naxios", arguments, {}, self._directory, streams=streams)

    def _run(
        self, role: str, arguments: Sequence[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            streams = (output.fileno(), errors.fileno())
            code = self.fork(role, arguments, environment, self._directory, streams=streams).wait(_SECONDS)
            texts = [(file.seek(0), file.read().decode())[1] for file in (output, errors)]
        return subprocess.CompletedProcess(arguments, code, *texts)


@cache
def _warm_python() -> Warm:
    """The process that all others of this worker come from."""
    door, its_door = _doors()
    with its_door:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(its_door.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[its_door.fileno()],
            env={name: value for name, value in os.environ.items() if not name.startswith(("NAXIOS_", "DJANGO_"))},
            cwd=ROOT,
        )
    warm = Warm(door)
    weakref.finalize(warm, process.wait)  # finalizers run last first
    weakref.finalize(warm, door.close)
    return warm


def _doors() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # which keeps requests apart


# In the warm processes


def _attend(door: socket.socket) -> None:
    """Fork at each request that arrives, until nobody is there to ask."""
    while True:
        request, passed, *_ = socket.recv_fds(door, _LONGEST_REQUEST, 4)
        if not request:
            return
        if os.fork() == 0:
            door.close()
            _watch(request, passed)
        for number in passed:
            os.close(number)
        _reap()


def _watch(request: bytes, passed: list[int]) -> NoReturn:
    """Fork once more, and tell the number of the process and how it ended: only a parent learns that."""
    tell = passed[2]
    child = os.fork()
    if child == 0:
        os.close(tell)
        _play(json.loads(request), passed)
    for number in passed:
        if number != tell:
            os.close(number)
    os.write(tell, b"%d\n" % child)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(BrokenPipeError):  # nobody wants to know
        os.write(tell, b"%d\n" % code)
    os._exit(0)


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _play(request: list[Any], passed: list[int]) -> NoReturn:
    """Be what was asked for, and end as it does, without Python's tidying up."""
    role, arguments, environment, directory = request
    os.dup2(passed[0], 1)
    os.dup2(passed[1], 2)
    for number in passed[:2]:
        os.close(number)
    os.chdir(directory)
    tempfile.tempdir = None  # to be looked up in the new environment
    become(lambda: _ROLES[role](*passed[3:]), [role, *arguments], environment)


def become(program: Callable[[], object], arguments: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Be ``program``, with some more variables, and end as it does, without Python's tidying up."""
    os.environ.update(environment)
    sys.argv = list(arguments)
    code: object = 1
    try:
        program()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def be_naxios() -> None:
    """What ``naxios`` does."""
    from naxios.cli import main

    main()


def _be_program() -> None:
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


def get_ready() -> None:
    """Read the settings and import what commands need: also the pages, which a link in a mail asks for its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naxios.settings")
    import django

    django.setup()
    from django.urls import reverse

    import naxios.cli
    import naxios.server.run  # noqa: F401

    reverse("web:home")


def _be_ready(door: int) -> None:
    get_ready()
    _attend(socket.socket(fileno=door))


_ROLES: dict[str, Callable[..., None]] = {"naxios": be_naxios, "program": _be_program, "ready": _be_ready}


if __name__ == "__main__":
    for _name in _IMPORTED_BEFORE:
        importlib.import_module(_name)
    os.environ.clear()  # forks have one of their own
    _attend(socket.socket(fileno=int(sys.argv[1])))
