"""What ``NAXIOS_EMAIL_URL`` may say."""

from typing import Any

import pytest

from naxios.mail.smtp_url import settings_of


@pytest.mark.parametrize(
    ("url", "host", "port", "starttls", "tls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, False, False),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, False, False),
        ("smtp+tls://mail.example.com", "mail.example.com", 587, True, False),
        ("smtps://mail.example.com", "mail.example.com", 465, False, True),
        ("smtp+ssl://mail.example.com:4650", "mail.example.com", 4650, False, True),
    ],
)
def test_it_names_a_server(url: str, host: str, port: int, starttls: bool, tls: bool) -> None:
    assert settings_of(url) == {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }


def test_user_and_password_may_hold_any_character() -> None:
    named = settings_of("smtp+tls://mail%40example.com:p%2Fw%3A%23@mail.example.com")

    assert (named["EMAIL_HOST_USER"], named["EMAIL_HOST_PASSWORD"]) == ("mail@example.com", "p/w:#")


@pytest.mark.parametrize("url", ["", "consolemail://"])
def test_mail_may_stay_in_the_outbox(url: str) -> None:
    assert settings_of(url) == {}


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:port", "smtp://[::1"]
)
def test_anything_else_is_an_error_that_keeps_the_password_to_itself(url: str) -> None:
    with pytest.raises(ValueError, match="NAXIOS_EMAIL_URL is smtp://") as error:
        settings_of(f"{url}?password=secret")

    assert "secret" not in str(error.value)
    assert _cause(error.value) is None


def _cause(error: BaseException) -> Any:
    return None if error.__suppress_context__ else error.__context__
