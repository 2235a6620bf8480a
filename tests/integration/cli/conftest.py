"""The command line by itself: no server runs."""

import subprocess
from pathlib import Path

import pytest

from tests.serving import Server, prepare


class Installation(Server):
    """A home directory that only commands touch; its server is never started.

    Commands are many here, so they are forks of one process that has read its settings already. What a command makes
    of its environment and of its first start is tested with :class:`Server`, whose commands are processes of their own.
    """

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        if any(name.startswith("NAXIOS_") for name in environment):
            return super().run(*arguments, **environment)
        return self._ready_run(*arguments, **environment)


@pytest.fixture(scope="module")
def naxios(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One for all tests of a module."""
    return _started_before(tmp_path_factory.mktemp("naxios") / "home")


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """One for one test."""
    return _started_before(tmp_path / "home")


@pytest.fixture
def untouched(tmp_path: Path) -> Server:
    """Whose commands are processes of their own."""
    return Server(tmp_path / "home")


def _started_before(home: Path) -> Installation:
    installation = Installation(home)
    prepare(installation)
    return installation
