"""Browsers that an account has signed in with before, so that a new one can be reported."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from naxios.accounts.models import KnownDevice, User
from naxios.encryption import derived_key

KEPT = timedelta(days=400)
"""Browsers keep no cookie for longer."""
LONGEST_ID = 64


def id_of(request: HttpRequest) -> str:
    """The random id in the browser's cookie; for a browser that has none a fresh one, the same for all who ask."""
    sent = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not 0 < len(sent) <= LONGEST_ID:
        sent = request.COOKIES[settings.DEVICE_COOKIE_NAME] = secrets.token_urlsafe(24)
    return sent


def remember(response: HttpResponse, device: str) -> None:
    """Have the browser keep ``device``. It is sent to the sign-in pages alone."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        device,
        max_age=KEPT,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def recognise(*, user: User, device: str) -> bool:
    """Whether ``user`` has signed in with this browser before, which from now on is so."""
    digest = _digest(user, device)
    seen = KnownDevice.objects.filter(user=user, digest=digest).update(last_seen_at=timezone.now())
    if not seen:
        KnownDevice.objects.get_or_create(user=user, digest=digest)
    return bool(seen)


def has_any(user: User) -> bool:
    """Whether ``user`` has signed in with any browser so far."""
    return KnownDevice.objects.filter(user=user).exists()


def forget_unused() -> int:
    """Delete devices whose cookies have expired; returns how many."""
    return KnownDevice.objects.filter(last_seen_at__lt=timezone.now() - KEPT).delete()[0]


def _digest(user: User, device: str) -> bytes:
    return hmac.new(derived_key("known devices"), f"{user.pk}:{device}".encode(), hashlib.sha256).digest()
