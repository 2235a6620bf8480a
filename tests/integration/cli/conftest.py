"""The command line by itself: no server runs."""

from pathlib import Path

import pytest

from tests.serving import Server


@pytest.fixture(scope="module")
def naxios(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """An installation that nothing but commands has touched; its server is never started."""
    return Server(tmp_path_factory.mktemp("naxios") / "home")


@pytest.fixture
def fresh(tmp_path: Path) -> Server:
    """As ``naxios``, for one test."""
    return Server(tmp_path / "home")
