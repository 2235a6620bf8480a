"""With ``NAXIOS_EMAIL_URL`` the running server delivers mail, and waits for a mail server that is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Server, running_server
from tests.stand_ins.mail_server import StandInMailServer, running_mail_server
from tests.visiting import Visitor, until

STAFF = {"email": "staff@example.com", "password": "four unrelated words"}


@pytest.fixture(scope="module")
def mail_server() -> Iterator[StandInMailServer]:
    with running_mail_server() as mail_server:
        yield mail_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, mail_server: StandInMailServer) -> Iterator[Server]:
    settings = {"NAXIOS_EMAIL_URL": mail_server.url, "NAXIOS_EMAIL_FROM": "naxios@example.com"}
    with running_server(tmp_path_factory.mktemp("naxios"), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def staff(server: Server) -> Visitor:
    assert server.first_staff_link
    staff = Visitor(server)
    staff.send(server.first_staff_link.removeprefix(server.url), **STAFF)
    return staff


def _ask_for_a_link(server: Server, email: str) -> None:
    Visitor(server).send("/accounts/password/reset/", email=email)


def test_it_works(server: Server, staff: Visitor, mail_server: StandInMailServer) -> None:
    _ask_for_a_link(server, STAFF["email"])

    message = until(lambda: next((mail for mail in mail_server.delivered if mail["To"] == STAFF["email"]), None))

    assert message["From"] == "Naxios <naxios@example.com>"
    assert message["Subject"] == "Choose a new password"
    assert f"{server.url}/accounts/password/reset/key/" in message.get_content()
    assert server.printed == []


def test_staff_see_that_it_was_delivered_and_not_what_it_said(
    server: Server, staff: Visitor, mail_server: StandInMailServer
) -> None:
    _ask_for_a_link(server, "nobody@example.com")
    until(lambda: [mail for mail in mail_server.delivered if mail["To"] == "nobody@example.com"])

    outbox = until(lambda: _containing(staff.get("/staff/outbox/").text, "nobody@example.com", ">delivered<"))
    detail = staff.get("/staff/outbox/1/").text

    assert "Mail is not configured" not in outbox
    assert "/accounts/password/reset/key/" not in detail


def test_a_mail_that_is_refused_is_kept_and_its_reason_shown(
    server: Server, staff: Visitor, mail_server: StandInMailServer
) -> None:
    mail_server.to_recipient = "450 try later"
    try:
        _ask_for_a_link(server, "later@example.com")

        until(lambda: "SMTPRecipientsRefused 450, tried 1 time" in staff.get("/staff/outbox/").text)
    finally:
        mail_server.to_recipient = "250 OK"


def test_a_wrong_setting_is_refused_at_start_without_its_password(tmp_path: Path) -> None:
    refused = Server(tmp_path / "home").run("serve", NAXIOS_EMAIL_URL="http://user:hush@example.com")

    assert refused.returncode == 1
    assert "NAXIOS_EMAIL_URL is smtp://" in refused.stderr
    assert "hush" not in refused.stderr


def _containing(text: str, *parts: str) -> str | None:
    return text if all(part in text for part in parts) else None
