"""Mail is written into the outbox, as part of what it tells about."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils import timezone

from naxios.mail import queries, services
from naxios.mail.models import OutboxMail


def test_it_works(database: Path) -> None:
    send_mail("Hello", "First line.\nSecond line.", None, ["ada@example.com", "eve@example.com"])

    assert [mail.to for mail in OutboxMail.objects.order_by("pk")] == ["ada@example.com", "eve@example.com"]
    mail = OutboxMail.objects.get(to="ada@example.com")
    assert (mail.subject, mail.body) == ("Hello", "First line.\nSecond line.\n")
    assert (mail.attempts, mail.sent_at, mail.given_up_at) == (0, None, None)


def test_a_mail_exists_only_if_its_cause_does(database: Path) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        send_mail("Hello", "Text.", None, ["ada@example.com"])
        raise RuntimeError

    assert not OutboxMail.objects.exists()


def test_the_database_alone_does_not_give_the_text_away(database: Path) -> None:
    services.write(to="ada@example.com", subject="Hello", body="https://example.com/secret-link")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_outboxmail")
        assert b"secret-link" not in str(cursor.fetchall()).encode()


def test_a_template_gives_subject_and_text(database: Path) -> None:
    services.send(to="ada@example.com", template="accounts/mail/email_taken.txt", context={})

    mail = OutboxMail.objects.get()
    assert mail.subject == "Your address belongs to an account already"
    assert "http://127.0.0.1:8000/dashboard/settings/" in mail.body
    assert mail.body.endswith("--\nNaxios\nhttp://127.0.0.1:8000\n")


def test_what_people_call_things_stays_as_they_wrote_it(database: Path) -> None:
    context = {"key_name": "R&D <main>", "key_prefix": "nx_abc", "at": timezone.now()}

    services.send(to="ada@example.com", template="accounts/mail/key_created.txt", context=context)

    assert '"R&D <main>"' in OutboxMail.objects.get().body


def test_a_subject_is_one_line(database: Path) -> None:
    mail = services.write(to="ada@example.com", subject="Hello\r\nBcc: eve@example.com", body="Text.")

    assert mail.subject == "Hello Bcc: eve@example.com"


def test_it_is_forgotten_after_thirty_days(database: Path) -> None:
    old, young = (services.write(to="ada@example.com", subject="Hello", body="Text.") for _ in range(2))
    OutboxMail.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    OutboxMail.objects.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=29, hours=23))

    assert services.forget_old() == 1

    assert list(OutboxMail.objects.values_list("pk", flat=True)) == [young.pk]


def test_the_terminal_is_told_links_and_no_full_address(database: Path) -> None:
    before = services.write(to="ada@example.com", subject="Old", body="http://127.0.0.1:8000/old/")
    services.write(to="ada@example.com", subject="No link", body="Text.")
    told = services.write(to="ada@example.com", subject="Confirm", body="See:\n\nhttp://127.0.0.1:8000/a/b/\n\nBye.")

    assert queries.announcements(after=before.pk) == [
        (told.pk, "a…@example.com", "Confirm", "http://127.0.0.1:8000/a/b/")
    ]
