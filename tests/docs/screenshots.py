"""Makes the pictures in ``docs/images``: ``python -m tests.docs.screenshots``. No test: pictures are looked at."""

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import EXECUTABLE
from tests.browser.inhabited import Inhabited, inhabit
from tests.browser.pages import Visit
from tests.docs.markdown import ROOT
from tests.serving import Server

IMAGES = ROOT / "docs" / "images"
SHOWN_ADDRESS = "http://llm.example.com:8000"
VIEWPORT = {"width": 1280, "height": 800}
CATALOGUE = """
[providers.openai]
kind = "openai"
base_url = "https://api.openai.com/v1"
api_key = "${OPENAI_API_KEY}"

[providers.anthropic]
kind = "openai"
base_url = "https://api.anthropic.com/v1"
api_key = "${ANTHROPIC_API_KEY}"

[models."gpt-5-mini"]
context_tokens = 400000
routes = [ { provider = "openai", model = "gpt-5-mini" } ]

[models."claude-sonnet-5"]
context_tokens = 200000
multiplier = "3"
routes = [ { provider = "anthropic", model = "claude-sonnet-5" } ]

[models.embed-3]
context_tokens = 8192
multiplier = "0.1"
routes = [ { provider = "openai", model = "embed-3" } ]
"""
PICTURES = {
    "home": ("/", "visitor"),
    "dashboard": ("/dashboard/", "owner"),
    "usage": ("/dashboard/usage/?period=7d", "owner"),
    "console": ("/staff/", "staff"),
    "review": ("/staff/reviews/{review}/", "staff"),
}
"""The page and who looks at it, by the name of the file."""


def main() -> None:
    """Start a server, let people have used it, and take the pictures."""
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        server = Server(Path(directory) / "home")
        server.start()
        server.apply(CATALOGUE, OPENAI_API_KEY="sk-an-example-0123", ANTHROPIC_API_KEY="sk-an-example-4567")
        inhabited = inhabit(server)
        mapping = f"MAP {urlsplit(SHOWN_ADDRESS).netloc} {urlsplit(server.url).netloc}"
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=[f"--host-resolver-rules={mapping}"])
        for name, (path, who) in PICTURES.items():
            _take(browser, inhabited, inhabited.path(Visit(path)), who, IMAGES / f"{name}.png")
        browser.close()
        server.stop()


def _take(browser: Browser, inhabited: Inhabited, path: str, who: str, file: Path) -> None:
    context = browser.new_context(viewport=VIEWPORT, color_scheme="light")
    inhabited.enter(context, who)
    page = context.new_page()
    # Visitors see the address in samples; who is signed in has a cookie for the real one.
    page.goto((SHOWN_ADDRESS if who == "visitor" else inhabited.server.url) + path, wait_until="load")
    page.wait_for_timeout(500)  # charts are drawn once the page stands
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    main()
