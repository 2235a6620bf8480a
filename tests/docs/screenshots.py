"""Makes the pictures in ``docs/images``: ``python -m tests.docs.screenshots``. No test: pictures are looked at."""

import json
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
from playwright.sync_api import sync_playwright

from tests.docs.markdown import ROOT
from tests.serving import running_server

IMAGES = ROOT / "docs" / "images"
SHOWN_ADDRESS = "http://llm.example.com:8000"
VIEWPORT = {"width": 1120, "height": 720}
CATALOGUE = """
[providers.vllm]
kind = "openai"
base_url = "http://127.0.0.1:8001/v1"
api_key = "${VLLM_API_KEY}"

[providers.ollama]
kind = "openai"
base_url = "http://127.0.0.1:11434/v1"

[models."qwen3-32b"]
context_tokens = 131072
routes = [ { provider = "vllm", model = "Qwen/Qwen3-32B" } ]

[models.llama]
context_tokens = 128000
multiplier = "0.25"
routes = [
    { provider = "ollama", model = "llama3.1:8b" },
    { provider = "vllm", model = "meta-llama/Llama-3.1-8B", priority = 1 },
]
"""


def main() -> None:
    """Start a server, use it a little, and take the pictures."""
    with (
        tempfile.TemporaryDirectory() as directory,
        running_server(Path(directory), NAXIOS_BASE_URL=SHOWN_ADDRESS) as server,
        sync_playwright() as playwright,
    ):
        address = json.loads((server.home / "running.json").read_text())["url"]
        key = server.key()
        for text in ("Hello", "What is the tallest mountain?", "Write a haiku about journals."):
            httpx.post(
                f"{address}/v1/chat/completions",
                headers={"authorization": f"Bearer {key}"},
                json={"model": "naxios/echo", "messages": [{"role": "user", "content": text}]},
            )
        server.apply(CATALOGUE, VLLM_API_KEY="sk-an-example-0123")
        assert server.first_staff_link is not None
        mapping = f"MAP {urlsplit(SHOWN_ADDRESS).netloc} {urlsplit(address).netloc}"
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[f"--host-resolver-rules={mapping}"]
        )
        page = browser.new_page(viewport=VIEWPORT, color_scheme="light")
        page.goto(SHOWN_ADDRESS)
        page.screenshot(path=IMAGES / "home.png")
        page.goto(server.first_staff_link)
        page.get_by_label("E-mail").fill("staff@example.com")
        page.get_by_label("Password").fill("a long enough password")
        page.locator("main form button").click()
        page.get_by_role("heading", name="Console").wait_for()
        page.screenshot(path=IMAGES / "console.png")
        browser.close()


if __name__ == "__main__":
    main()
