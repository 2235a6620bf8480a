"""What browsers are called."""

import pytest

from naxios.accounts.devices import describe, is_handheld

_MOZILLA = "Mozilla/5.0"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{_MOZILLA} (X11; Linux x86_64) {_WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"{_MOZILLA} (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/131.0 Safari/537.36", "Chrome on Linux"),
        (f"{_MOZILLA} (Windows NT 10.0; Win64) {_WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        (f"{_MOZILLA} (Windows NT 10.0; Win64) {_WEBKIT} Chrome/131.0 Safari/537.36 OPR/115.0", "Opera on Windows"),
        (f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/18.1 Safari/605.1", "Safari on macOS"),
        (f"{_MOZILLA} (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on macOS"),
        (
            f"{_MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_WEBKIT} Version/18.1 Safari/604",
            "Safari on iPhone",
        ),
        (f"{_MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_WEBKIT} CriOS/131.0 Safari/604", "Chrome on iPhone"),
        (f"{_MOZILLA} (iPad; CPU OS 18_1 like Mac OS X) {_WEBKIT} FxiOS/133.0 Safari/605", "Firefox on iPad"),
        (f"{_MOZILLA} (Linux; Android 15; K) {_WEBKIT} Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"{_MOZILLA} (Linux; Android 15) {_WEBKIT} SamsungBrowser/27.0 Chrome/125 Mobile",
            "Samsung Internet on Android",
        ),
        (f"{_MOZILLA} (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/131.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.11.0", "curl"),
        ("python-httpx/0.28.1", "Python"),
        ("something else", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_it_works(user_agent: str, words: str) -> None:
    assert describe(user_agent) == words


@pytest.mark.parametrize(
    ("user_agent", "handheld"),
    [("(iPhone; CPU", True), ("(iPad; CPU", True), ("(Linux; Android 15", True), ("(X11; Linux", False)],
)
def test_telephones_and_tablets_are_handheld(user_agent: str, handheld: bool) -> None:
    assert is_handheld(user_agent) is handheld
