"""What a browser transfers for a page: every file with its headers, counted as Chromium counts them."""

from typing import NamedTuple

from playwright.sync_api import BrowserContext


class Transferred(NamedTuple):
    """One visit. ``strangers`` are the requests to other servers."""

    bytes: int
    files: int
    strangers: list[str]


def visit(context: BrowserContext, base_url: str, path: str) -> Transferred:
    """Open ``path`` in a new page; with a new ``context`` that is a first visit, with an empty cache."""
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    asked: list[str] = []
    sizes: list[float] = []
    network.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="load")
    page.wait_for_timeout(500)
    asked = [url for url in asked if not url.startswith("data:")]
    return Transferred(int(sum(sizes)), len(asked), [url for url in asked if not url.startswith(base_url)])
