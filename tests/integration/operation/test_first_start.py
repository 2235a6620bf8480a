"""The first start: from nothing to a server that somebody can sign in to, with files for its owner alone."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from naxios.privacy.queries import undeclared_files
from tests.serving import Server


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started in a directory that did not exist, by somebody whose files everybody may read."""
    directory = tmp_path_factory.mktemp("first")
    mask = os.umask(0o022)
    try:
        server = Server(directory / "home")
        server.start()
    finally:
        os.umask(mask)
    try:
        yield server
    finally:
        server.stop()


def test_directories_and_files_are_their_owners_alone(started: Server) -> None:
    directories = [started.home, *(path for path in started.home.rglob("*") if path.is_dir())]
    files = [path for path in started.home.rglob("*") if path.is_file()]

    assert {"secret_key", "naxios.sqlite3", "running.json"} < {path.name for path in files}
    assert {_mode(path) for path in directories} == {0o700}
    assert {_mode(path) for path in files} == {0o600}


def test_every_file_is_declared(started: Server) -> None:
    httpx.get(f"{started.url}/healthz", timeout=60)
    started.key()

    assert undeclared_files(started.home) == []


@pytest.mark.parametrize(
    "left", ["secret_key.0a1b2c3d", "running.new", "journal/00000000000000000001-1-abcdef.journal.new"]
)
def test_what_a_kill_may_leave_half_made_is_declared_too(tmp_path: Path, left: str) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / left).touch()

    assert undeclared_files(tmp_path) == []


def test_there_are_the_free_plan_and_the_built_in_model(started: Server) -> None:
    assert [model["model"] for model in started.cli("models", "list")] == ["naxios/echo"]
    assert started.cli("user", "create", "free@example.com")["plan"] == "free"


def test_the_link_makes_the_first_staff_account_once(started: Server) -> None:
    link = str(started.first_staff_link)
    assert link.startswith(started.url)

    with httpx.Client(timeout=60) as browser:
        made = _submit(browser, link, "owner@example.com")
        console = browser.get(f"{started.url}/staff/")
    with httpx.Client(timeout=60) as other:
        again = other.get(link)

    assert made.status_code == 302
    assert console.status_code == 200
    assert again.status_code == 410
    assert started.cli("user", "show", "owner@example.com")["staff"] is True


def test_a_form_that_was_open_when_somebody_was_faster_makes_no_second_account(tmp_path: Path) -> None:
    server = Server(tmp_path / "home")
    server.start()
    try:
        link = str(server.first_staff_link)
        with httpx.Client(timeout=60) as first, httpx.Client(timeout=60) as second:
            token = _token(second.get(link).text)
            _submit(first, link, "owner@example.com")
            late = second.post(link, data=_form("late@example.com", token))

        assert late.status_code == 410
        assert server.run("user", "show", "late@example.com").returncode == 1
        server.stop()
        server.start()
        assert server.first_staff_link is None
    finally:
        server.stop()


def _submit(browser: httpx.Client, link: str, email: str) -> httpx.Response:
    return browser.post(link, data=_form(email, _token(browser.get(link).text)))


def _form(email: str, token: str) -> dict[str, str]:
    return {"email": email, "password": "a few unrelated words", "csrfmiddlewaretoken": token}


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
