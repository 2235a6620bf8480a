"""What can be done with mail: write it, claim what is due, note how it went, forget."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from naxios import config
from naxios.mail.models import OutboxMail

MOST_ATTEMPTS = 14
"""With the pauses between them, a mail server may be away for a day."""
LONGEST_PAUSE = timedelta(hours=4)
KEPT = timedelta(days=30)


def send(*, to: str, template: str, context: Mapping[str, Any]) -> None:
    """Write a mail from ``template``, whose first line is the subject. It goes out once the transaction commits."""
    known = {"site": settings.SITE, "address": config.load().address}
    subject, _, body = render_to_string(template, {**known, **context}).partition("\n")
    write(to=to, subject=subject, body=body)


def write(*, to: str, subject: str, body: str) -> OutboxMail:
    """Put a mail into the outbox, as part of the present transaction."""
    mail = OutboxMail(to=to, subject=" ".join(subject.split())[:200])
    mail.body = body.strip() + "\n"
    mail.save()
    return mail


def claim_due(*, most: int) -> Iterator[OutboxMail]:
    """The mails to be delivered now, each taken for this process alone.

    A claim counts as an attempt and says when the next one would be, so a process that dies in between loses nothing.
    No transaction is open while a mail is being delivered: it would lock the database for as long as a server takes.
    """
    due = OutboxMail.objects.filter(sent_at=None, given_up_at=None, next_attempt_at__lte=timezone.now())
    for mail in due.order_by("next_attempt_at")[:most]:
        pause = min(timedelta(minutes=2**mail.attempts), LONGEST_PAUSE)
        mine = OutboxMail.objects.filter(pk=mail.pk, sent_at=None, attempts=mail.attempts)
        if mine.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + pause):
            mail.attempts += 1
            yield mail


def mark_delivered(*, mail: OutboxMail) -> None:
    """Note that ``mail`` has reached the mail server, and forget its text."""
    mail.sent_at, mail.body, mail.last_error = timezone.now(), "", ""
    mail.save(update_fields=["sent_at", "body_encrypted", "last_error"])


def mark_failed(*, mail: OutboxMail, kind: str, for_good: bool) -> None:
    """Note why ``mail`` was not delivered; it is given up ``for_good`` or after too many attempts."""
    mail.last_error = kind[:100]
    if for_good or mail.attempts >= MOST_ATTEMPTS:
        mail.given_up_at = timezone.now()
    mail.save(update_fields=["last_error", "given_up_at"])


@transaction.atomic
def forget_old() -> int:
    """Delete mails of more than 30 days ago, delivered or not; returns how many."""
    return OutboxMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
