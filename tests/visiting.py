"""Somebody who uses the website without a browser: cookies, forms, redirects."""

import json
import re
import time
from collections.abc import Callable
from typing import TypeVar

import httpx2 as httpx

from tests.serving import Server

T = TypeVar("T")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """A client with cookies of its own; ``headers`` go with every request."""

    def __init__(self, server: Server, **headers: str) -> None:
        self.client = httpx.Client(base_url=server.url, follow_redirects=True, headers=headers, timeout=30)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Open the page at ``path`` and send its form with ``fields`` filled in."""
        page = self.get(path)
        token = _TOKEN.search(page.text)
        assert token, page.text
        form = {"csrfmiddlewaretoken": token.group(1), **fields}
        return self.client.post(str(page.url), data=form, headers={"referer": str(page.url)})


def mailed_link(server: Server, to: str, subject: str) -> str:
    """The path of the link in a mail that the terminal named, by the first letter of its reader, such as ``a…@…``."""

    def found() -> str | None:
        mails = [json.loads(line)["mail"] for line in server.printed if line.startswith('{"mail"')]
        return next((mail["link"] for mail in mails if (mail["to"][0], mail["subject"]) == (to[0], subject)), None)

    return until(found).removeprefix(server.url)


def until(found: Callable[[], T | None], *, seconds: float = 20) -> T:
    """What ``found`` returns, once it is something."""
    end = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        assert time.monotonic() < end, f"nothing came of {found} in {seconds} s"
        time.sleep(0.05)
