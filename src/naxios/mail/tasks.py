"""What the server does about mail in the background."""

from collections.abc import Callable
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

import structlog
from django.core.mail import EmailMessage, get_connection

from naxios.encryption import CannotDecrypt
from naxios.mail import services
from naxios.mail.models import OutboxMail

log = structlog.get_logger(__name__)

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MAILS_AT_ONCE = 20


def deliver(*, stopping: Callable[[], bool] = lambda: False) -> int:
    """Deliver what is due, one connection a mail; ``stopping`` is asked in between. Returns how many went out."""
    delivered = 0
    for mail in services.claim_due(most=MAILS_AT_ONCE):
        try:
            message = EmailMessage(mail.subject, mail.body, to=[mail.to], connection=get_connection(SMTP_BACKEND))
            message.send()
        except (SMTPException, OSError, ValueError, CannotDecrypt) as error:
            _note_failure(mail, error)
        else:
            services.mark_delivered(mail=mail)
            delivered += 1
        if stopping():
            break
    return delivered


def tidy() -> None:
    """Forget what is over."""
    services.forget_old()


def _note_failure(mail: OutboxMail, error: Exception) -> None:
    services.mark_failed(mail=mail, kind=_kind(error), for_good=_is_refused_for_good(error))
    log.warning("a mail was not delivered", mail_id=mail.pk, attempts=mail.attempts, exc_info=error)


def _kind(error: Exception) -> str:
    """The error's type and SMTP code, without its message, which quotes addresses and servers."""
    codes = sorted({str(code) for code in _codes(error)})
    return " ".join([type(error).__name__, *codes])


def _codes(error: Exception) -> list[int]:
    if isinstance(error, SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    code = getattr(error, "smtp_code", None)
    return [code] if code is not None else []


def _is_refused_for_good(error: Exception) -> bool:
    """Whether the server will never take this mail. A wrong password (also 5xx) is the operator's to put right."""
    if isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return all(500 <= code < 600 for code in _codes(error))
    return isinstance(error, ValueError | CannotDecrypt) and not isinstance(error, OSError)
