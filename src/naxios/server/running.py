"""The server that runs from a home directory: only one at a time, and how the command line finds it."""

import fcntl
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from naxios.config import Config
from naxios.encryption import derived_key
from naxios.errors import Refused
from naxios.server.locks import SERVER_LOCK, sole_on_database
from naxios.usage.reconcile import Counted

ASK_SECONDS = 10


def internal_token() -> str:
    """What the command line shows the server to be told its counters; derived from the secret key."""
    return derived_key("internal requests").hex()


@contextmanager
def sole_server(config: Config) -> Iterator[Callable[[str], None]]:
    """Hold the home directory for this process; yields what leaves the server's address there.

    Raises
    ------
    Refused
        Another server runs from the same directory or database; with limits in memory, two would grant everything
        twice.
    """
    lock = _open_private(config.home / "serve.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refused(
            f"Naxios already runs from {config.home}, at {config.address}. Stop it, or choose another NAXIOS_HOME."
        ) from None

    def leave_address(url: str) -> None:
        fresh = config.running_file.with_suffix(".new")
        os.close(_open_private(fresh))
        fresh.write_text(json.dumps({"pid": os.getpid(), "url": url}))
        fresh.rename(config.running_file)

    try:
        with _sole_on_database(config):
            yield leave_address
    finally:
        config.running_file.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def _sole_on_database(config: Config) -> Iterator[None]:
    if config.uses_sqlite:  # lies in the home directory, which is held already
        yield
        return
    with sole_on_database(SERVER_LOCK) as alone:
        if not alone:
            raise Refused(
                "Another Naxios serves from NAXIOS_DATABASE_URL. This version keeps limits in one process, so two "
                "would grant everything twice. Stop the other one."
            )
        yield


def ask_counters(config: Config) -> Counted | None:
    """The running server's counters; ``None`` if no server runs from this home directory.

    Raises
    ------
    Refused
        A server seems to run, but does not answer.
    """
    from naxios.server.probes import COUNTERS_PATH

    if not is_running(config):
        return None
    try:
        url = json.loads(config.running_file.read_text())["url"]
        request = urllib.request.Request(url + COUNTERS_PATH, headers={"Authorization": f"Bearer {internal_token()}"})  # noqa: S310
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=ASK_SECONDS
        ) as response:
            answer = json.load(response)
    except (OSError, ValueError, KeyError) as error:
        raise Refused(
            f"The running server did not tell its counters ({type(error).__name__}). Is it starting?"
        ) from None
    return Counted(answer["day"], answer["tokens"], answer["bonuses"], tuple(answer["position"]))


def is_running(config: Config) -> bool:
    """Whether a server runs from this home directory."""
    lock = config.home / "serve.lock"
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _open_private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
