"""Django's way to send mail, which here means: write it into the outbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from naxios.mail import services


class OutboxBackend(BaseEmailBackend):
    """Writes one row a recipient in the present transaction, so that a mail exists if and only if its cause does."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                services.write(to=recipient, subject=str(message.subject), body=str(message.body))
        return len(email_messages)
