"""Chromium for tests: started quietly, its faults noted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

EXECUTABLE = "/usr/bin/chromium"
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=20_000)  # a busy machine takes longer than the five seconds that are usual


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium for as long as the context lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=_QUIET)
        yield browser
        browser.close()


class Faults:
    """What a browser complained of, and every address it asked: gathered over all pages of a context."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        context.on("page", self._watch)

    def forget(self) -> None:
        """Begin anew, for another page of the same context."""
        self.complaints.clear()
        self.asked.clear()

    def strangers(self, base_url: str) -> list[str]:
        """Addresses outside ``base_url`` that were asked."""
        own = urlsplit(base_url).netloc
        return [url for url in self.asked if urlsplit(url).netloc not in ("", own) and not url.startswith("data:")]

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._note(page, message))
        page.on("request", lambda request: self.asked.append(request.url))

    def _note(self, page: Page, message: Any) -> None:
        # A refused form is an answer of 4xx, which Chromium puts into the console too.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{page.url}: {message.text}")
