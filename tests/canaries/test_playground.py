"""What somebody types in the playground leaves no trace on the server, however the exchange ends.

A canary is a word that occurs nowhere else. After it has gone through the browser, every file under the home directory
and every line of the log is searched for it.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chromium import chromium
from tests.browser.inhabited import inhabit
from tests.serving import Server, running_server
from tests.stand_ins.provider import Behaviour, StandInProvider, running_provider

_CATALOGUE = """
[providers.stand-in]
kind = "openai"
base_url = "{url}"
api_key = "${{STAND_IN_KEY}}"
timeout_seconds = 20

[models.other]
routes = [ {{ provider = "stand-in", model = "other" }} ]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[StandInProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: StandInProvider) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("canary")
    with running_server(directory, NAXIOS_LOG_LEVEL="debug") as server:
        server.apply(_CATALOGUE.format(url=provider.url), STAND_IN_KEY=provider.credential)
        yield server


@pytest.fixture(scope="module")
def window(server: Server) -> Iterator[BrowserContext]:
    inhabited = inhabit(server)
    with chromium() as browser:
        context = browser.new_context(base_url=server.url)
        inhabited.enter(context, "owner")
        yield context


@pytest.fixture
def playground(window: BrowserContext, provider: StandInProvider) -> Page:
    provider.forget()
    page = window.new_page()
    page.goto("/dashboard/playground/")
    page.locator("[data-limits] progress").first.wait_for()
    return page


@pytest.fixture
def canary() -> str:
    return f"canary-{secrets.token_hex(8)}"


def say(page: Page, model: str, canary: str) -> None:
    """Send the canary as prompt and as system prompt."""
    page.get_by_label("Model").select_option(model)
    page.get_by_text("System prompt").click()
    page.get_by_label("System prompt").fill(f"You are a {canary}.")
    page.get_by_label("Message").fill(f"Sing, {canary}")
    page.get_by_label("Message").press("Enter")


def traces(server: Server, word: str) -> list[str]:
    """Files of the server that hold ``word``."""
    files = [server.log, *(path for path in server.home.rglob("*") if path.is_file())]
    return [str(path) for path in files if word.encode() in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # a journal segment that has reached the database meanwhile


def test_the_search_finds_what_is_there(server: Server, canary: str) -> None:
    server.cli("user", "create", f"{canary}@example.com")

    assert traces(server, canary)


def test_an_answer(server: Server, playground: Page, canary: str) -> None:
    say(playground, "naxios/echo", canary)
    expect(playground.locator(".message.assistant .message-text")).to_contain_text(canary)
    expect(playground.locator(".message-note:visible")).to_contain_text("tokens in")

    assert traces(server, canary) == []


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(status=400), Behaviour(status=500), Behaviour(hang_up=True), Behaviour(cut_after=2)],
    ids=["refused", "failed", "hung up", "cut off"],
)
def test_an_exchange_that_fails(
    server: Server, provider: StandInProvider, playground: Page, canary: str, behaviour: Behaviour
) -> None:
    provider.models["other"] = behaviour

    say(playground, "other", canary)
    expect(playground.get_by_role("alert")).to_be_visible()

    assert canary.encode() in provider.asked[-1].body
    assert traces(server, canary) == []


def test_an_answer_that_is_stopped(server: Server, provider: StandInProvider, playground: Page, canary: str) -> None:
    provider.models["other"] = Behaviour(words=[canary, " sings"] * 500, chunk_delay=0.05)
    say(playground, "other", canary)
    expect(playground.locator(".message.assistant .message-text")).to_contain_text(f"{canary} sings")

    playground.get_by_role("button", name="Stop").click()
    assert provider.asked[-1].left.wait(20)

    assert traces(server, canary) == []


def test_the_temporary_secret(server: Server, playground: Page) -> None:
    with playground.expect_response("**/dashboard/playground/open/") as opened:
        playground.reload()

    assert traces(server, opened.value.json()["secret"]) == []
