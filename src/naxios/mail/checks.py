"""Whether mail gets out."""

from smtplib import SMTPAuthenticationError, SMTPException

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from naxios.domain.checks import Finding, Health

SUBJECT = "Mail"
SMTP_SETTINGS = ("NAXIOS_EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587", "NAXIOS_EMAIL_FROM=naxios@example.com")
CHECK_SECONDS = 5


def check() -> Finding:
    """Sign in to the mail server, without sending anything."""
    if not settings.EMAIL_IS_DELIVERED:
        text = "Mails stay in the outbox, and the terminal shows their links."
        return Finding(SUBJECT, Health.NOT_CONFIGURED, text, SMTP_SETTINGS)
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = EmailBackend(timeout=CHECK_SECONDS)
    try:
        connection.open()
    except SMTPAuthenticationError:
        return _broken(f"{server} refuses the user or the password. Correct them in NAXIOS_EMAIL_URL.")
    except (SMTPException, OSError) as error:
        return _broken(f"{server} cannot be used ({type(error).__name__}). Check NAXIOS_EMAIL_URL: host, port and TLS.")
    finally:
        connection.close()
    return Finding(SUBJECT, Health.WORKS, f"{server} takes mail from this server.")


def _broken(text: str) -> Finding:
    return Finding(SUBJECT, Health.BROKEN, text)
