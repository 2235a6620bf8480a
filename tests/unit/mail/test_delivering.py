"""Delivery: what goes out, what is tried again, and what is given up."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone

from naxios.mail import services, tasks
from naxios.mail.models import OutboxMail
from tests.stand_ins.mail_server import StandInMailServer, free_port, running_mail_server


@pytest.fixture
def mail_server(database: Path) -> Iterator[StandInMailServer]:
    with (
        running_mail_server() as server,
        override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port, DEFAULT_FROM_EMAIL="naxios@example.com"),
    ):
        yield server


def _written(to: str = "ada@example.com") -> OutboxMail:
    return services.write(to=to, subject="Grüße", body="First line.\nhttps://example.com/link/\n")


def _due_again(mail: OutboxMail) -> None:
    OutboxMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now())


def test_it_works(mail_server: StandInMailServer) -> None:
    mail = _written()

    assert tasks.deliver() == 1

    (message,) = mail_server.delivered
    assert (message["To"], message["From"], message["Subject"]) == ("ada@example.com", "naxios@example.com", "Grüße")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == "First line.\nhttps://example.com/link/\n"
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert (mail.attempts, mail.last_error) == (1, "")


def test_the_text_is_forgotten_once_it_is_delivered(mail_server: StandInMailServer) -> None:
    mail = _written()

    tasks.deliver()

    mail.refresh_from_db()
    assert (mail.body, bytes(mail.body_encrypted)) == ("", b"")


def test_a_mail_goes_out_once(mail_server: StandInMailServer) -> None:
    _written()

    tasks.deliver()
    tasks.deliver()

    assert len(mail_server.delivered) == 1


@pytest.mark.parametrize(
    ("to_recipient", "to_text", "kind"),
    [
        ("450 try later", "250 OK", "SMTPRecipientsRefused 450"),
        ("250 OK", "451 try later", "SMTPDataError 451"),
    ],
)
def test_a_temporary_refusal_is_tried_again(
    mail_server: StandInMailServer, to_recipient: str, to_text: str, kind: str
) -> None:
    mail = _written()
    mail_server.to_recipient, mail_server.to_text = to_recipient, to_text
    assert tasks.deliver() == 0
    mail.refresh_from_db()
    assert (mail.last_error, mail.given_up_at) == (kind, None)
    assert tasks.deliver() == 0, "it waits before it tries again"

    mail_server.to_recipient = mail_server.to_text = "250 OK"
    _due_again(mail)

    assert tasks.deliver() == 1
    mail.refresh_from_db()
    assert (mail.attempts, mail.last_error) == (2, "")


@pytest.mark.parametrize(
    ("to_recipient", "to_text", "kind"),
    [
        ("550 no such mailbox", "250 OK", "SMTPRecipientsRefused 550"),
        ("250 OK", "554 no", "SMTPDataError 554"),
    ],
)
def test_a_final_refusal_gives_the_mail_up(
    mail_server: StandInMailServer, to_recipient: str, to_text: str, kind: str
) -> None:
    mail = _written()
    mail_server.to_recipient, mail_server.to_text = to_recipient, to_text

    tasks.deliver()

    mail.refresh_from_db()
    assert mail.given_up_at is not None
    assert mail.last_error == kind
    _due_again(mail)
    assert list(services.claim_due(most=10)) == []


def test_an_address_that_cannot_be_written_to_gives_the_mail_up(mail_server: StandInMailServer) -> None:
    mail, other = _written("ada@example.com\nBcc: eve@example.com"), _written()

    tasks.deliver()

    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.given_up_at is not None, other.sent_at is not None) == (True, True)


def test_a_server_that_is_away_is_waited_for_with_growing_pauses(database: Path) -> None:
    mail = _written()
    pauses = []

    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=free_port()):
        for _ in range(services.MOST_ATTEMPTS):
            _due_again(mail)
            began = timezone.now()
            assert tasks.deliver() == 0
            mail.refresh_from_db()
            pauses.append(mail.next_attempt_at - began)

    assert mail.last_error == "ConnectionRefusedError"
    assert mail.given_up_at is not None
    minutes = [round(pause / timedelta(minutes=1)) for pause in pauses]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240, 240, 240]


def test_two_processes_do_not_take_the_same_mail(database: Path) -> None:
    mail = _written()

    assert [claimed.pk for claimed in services.claim_due(most=10)] == [mail.pk]
    assert list(services.claim_due(most=10)) == []


def test_stopping_ends_after_the_mail_under_way(mail_server: StandInMailServer) -> None:
    _written()
    _written()

    assert tasks.deliver(stopping=lambda: True) == 1

    assert OutboxMail.objects.filter(sent_at=None).count() == 1
