"""Chatting in the playground: answers that stream, stop or are refused, the same as code, and nothing of it kept."""

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.inhabited import Inhabited
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

WHOLE_SECRET = re.compile(r"nx_[0-9A-Za-z]{36}")
AWKWARD = """It's "quoted" \\ and $HOME `here`"""


@pytest.fixture(autouse=True)
def _well_behaved(provider: StandInProvider) -> None:
    provider.forget()


def ask(page: Page, text: str) -> Locator:
    """Send ``text``; returns the newest answer."""
    page.get_by_label("Message").fill(text)
    page.get_by_label("Message").press("Enter")
    return page.locator(".message.assistant").last


def left(page: Page, name: str) -> int:
    """How much is left of a limit, as the page says."""
    row = page.locator("[data-limits] li").filter(has_text=name)
    return int(row.locator("strong").inner_text().replace(",", ""))


def test_an_answer_streams_and_its_tokens_are_told(playground: Page) -> None:
    before = left(playground, "Tokens today")

    answer = ask(playground, "Hello there")

    expect(answer.locator(".message-text")).to_have_text(re.compile("no model was asked. You wrote: Hello there$"))
    expect(answer.locator(".message-note")).to_have_text(re.compile(r"^3 tokens in, 22 out · [\d.]+ m?s$"))
    expect(playground.locator("[data-limits] strong").first).to_have_text(f"{before - 25:,}")


def test_a_model_that_counts_double_says_so(playground: Page) -> None:
    playground.get_by_label("Model").select_option("doubled")

    note = ask(playground, "Hello").locator(".message-note")

    expect(note).to_contain_text("standard tokens")
    read, written, standard = (int(number) for number in re.findall(r"\d+", note.inner_text())[:3])
    assert standard == 2 * (read + written)


def test_the_conversation_goes_along(playground: Page, provider: StandInProvider) -> None:
    playground.get_by_label("Model").select_option("slow")
    playground.get_by_text("System prompt").click()
    playground.get_by_label("System prompt").fill("Be brief.")
    playground.get_by_text("Temperature and length").click()
    playground.get_by_label("Temperature").fill("0.5")
    playground.get_by_label("Most output tokens").fill("50")
    expect(ask(playground, "First").locator(".message-note")).to_be_visible()

    expect(ask(playground, "Second").locator(".message-note")).to_be_visible()

    asked = provider.asked[-1].json
    assert [(message["role"], message["content"]) for message in asked["messages"]] == [
        ("system", "Be brief."),
        ("user", "First"),
        ("assistant", "Hello there, how can I help?"),
        ("user", "Second"),
    ]
    assert (asked["temperature"], asked["max_completion_tokens"]) == (0.5, 50)


def test_stopping_ends_the_answer_here_and_at_the_provider(playground: Page, provider: StandInProvider) -> None:
    provider.models["slow"] = Behaviour(words=["Once", " upon"] + [" a time"] * 1_000, chunk_delay=0.05)
    playground.get_by_label("Model").select_option("slow")
    answer = ask(playground, "Tell me a long story")
    expect(answer.locator(".message-text")).to_contain_text("Once upon a time")

    playground.get_by_role("button", name="Stop").click()

    assert provider.asked[-1].left.wait(20)
    expect(answer.locator(".message-note")).to_have_text("Stopped. What came counts.")
    expect(playground.get_by_role("button", name="Send")).to_be_visible()
    provider.models.clear()
    expect(ask(playground, "Go on").locator(".message-note")).to_contain_text("tokens in")


def test_a_provider_that_breaks_off_is_told(playground: Page, provider: StandInProvider) -> None:
    provider.models["slow"] = Behaviour(cut_after=3)
    playground.get_by_label("Model").select_option("slow")

    answer = ask(playground, "Hello")

    expect(playground.get_by_role("alert")).to_contain_text("provider_disconnected")
    expect(answer.locator(".message-text")).to_contain_text("Hello there")


def test_a_refusal_is_shown_as_it_is_with_its_reset(playground: Page, server: Server) -> None:
    server.key("--requests-per-minute", "1", user="dev@example.com")
    playground.goto("/dashboard/playground/?model=naxios/echo")  # begins with the newest key
    expect(ask(playground, "One").locator(".message-note")).to_be_visible()

    ask(playground, "Two")

    refusal = playground.get_by_role("alert")
    expect(refusal).to_contain_text("429 requests_per_minute")
    expect(refusal).to_contain_text("The limit of this key is 1 requests per minute; 0 remain.")
    expect(refusal).to_contain_text(re.compile(r"Try again in (\d+ min )?\d+ s"))
    expect(refusal).to_contain_text("req_")
    expect(playground.get_by_label("Message")).to_have_value("Two")  # to be sent again
    expect(playground.locator(".message.user")).to_have_count(1)


def test_resets_are_read_as_the_gateway_writes_them(playground: Page) -> None:
    written = ["0s", "12ms", "1.5s", "6m0s", "1m12.3s", "7h1m12s"]

    read = playground.evaluate("texts => texts.map(playground.duration)", written)

    assert read == [0, 12, 1_500, 360_000, 72_300, 25_272_000]


def test_what_is_written_is_text_and_never_markup(playground: Page) -> None:
    markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"

    answer = ask(playground, markup)

    expect(answer.locator(".message-text")).to_contain_text(markup)
    assert playground.locator("[data-log] img, [data-log] script").count() == 0


def test_fenced_code_is_a_block_to_copy(playground: Page) -> None:
    answer = ask(playground, "Run this:\n```python\nprint(1)\n```\nand tell me.")

    expect(answer.locator("pre code")).to_have_text("print(1)")
    expect(answer.get_by_role("button", name="Copy")).to_be_visible()
    expect(answer.locator("p[data-kind]").last).to_have_text("and tell me.")


def test_shift_and_enter_make_a_new_line(playground: Page) -> None:
    message = playground.get_by_label("Message")
    message.press_sequentially("one")
    message.press("Shift+Enter")
    message.press_sequentially("two")

    expect(message).to_have_value("one\ntwo")
    expect(playground.locator(".message")).to_have_count(0)


def test_clearing_can_be_undone(playground: Page) -> None:
    expect(ask(playground, "Hello").locator(".message-note")).to_be_visible()

    playground.get_by_role("button", name="Clear").click()
    expect(playground.locator(".message")).to_have_count(0)

    playground.get_by_role("button", name="Undo").click()
    expect(playground.locator(".message")).to_have_count(2)


def test_the_demonstration_is_called_one(playground: Page) -> None:
    note = playground.get_by_text("A demonstration: it answers with what you wrote.")
    expect(note).to_be_visible()

    playground.get_by_label("Model").select_option("slow")

    expect(note).to_be_hidden()


def test_another_key_brings_its_own_models(playground: Page, server: Server) -> None:
    server.key("--models", "slow", user="dev@example.com")
    playground.reload()

    playground.get_by_label("Key").select_option(index=0)

    expect(playground.get_by_label("Model").locator("option")).to_have_text(["slow"])


def test_two_tabs_do_not_get_in_each_others_way(playground: Page, inhabited: Inhabited) -> None:
    other = playground.context.new_page()
    other.goto(playground.url)
    expect(ask(other, "From the other tab").locator(".message-note")).to_be_visible()

    expect(ask(playground, "From this one").locator(".message-note")).to_be_visible()
    expect(ask(other, "And again").locator(".message-note")).to_be_visible()


def test_the_secret_is_in_the_scripts_memory_alone(playground: Page) -> None:
    expect(ask(playground, "Hello").locator(".message-note")).to_be_visible()

    kept = playground.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, Object.keys(window)])")
    assert not WHOLE_SECRET.search(playground.content() + kept)
    assert not [cookie for cookie in playground.context.cookies() if "nx_" in str(cookie.get("value"))]
    playground.reload()
    expect(playground.locator(".message")).to_have_count(0)


def answered(output: str) -> str:
    """The text of an answer, which curl prints as the stream that it is."""
    events = [line.removeprefix("data: ") for line in output.splitlines() if line.startswith("data: {")]
    chunks = [json.loads(event) for event in events]
    texts = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    return "".join(texts) or output


@pytest.fixture
def code(playground: Page) -> Page:
    """The dialog, for a message with everything that shells and languages stumble over."""
    playground.get_by_label("Message").fill(AWKWARD)
    playground.get_by_role("button", name="Show code").click()
    return playground


@pytest.mark.parametrize(
    ("language", "command"), [("curl", ["sh", "-c"]), ("Python", [sys.executable, "-c"])], ids=["curl", "python"]
)
def test_code_runs(code: Page, server: Server, language: str, command: list[str]) -> None:
    dialog = code.get_by_role("dialog")
    dialog.get_by_text(language, exact=True).click()
    program = dialog.get_by_role("region", name=language).locator("code").inner_text()

    done = subprocess.run(
        [*command, program],
        env={**server.environment, "NAXIOS_KEY": server.key(user="dev@example.com"), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert answered(done.stdout).endswith(f"You wrote: {AWKWARD}")


def test_code_holds_no_secret(code: Page) -> None:
    program = code.get_by_role("dialog").inner_text()

    assert "NAXIOS_KEY" in program
    assert "nx_" not in program
    code.get_by_role("button", name="Close").click()
    expect(code.get_by_role("dialog")).to_be_hidden()
