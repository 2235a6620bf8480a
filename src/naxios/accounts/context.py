"""What the pages of signing in need to know about this server."""

from django.conf import settings
from django.http import HttpRequest


def entrance(request: HttpRequest) -> dict[str, bool]:
    """Whether browsers offer passkeys under this server's address, and whether its mails are delivered."""
    return {"passkeys_work": settings.PASSKEYS_WORK, "mail_is_delivered": settings.EMAIL_IS_DELIVERED}
