"""What can be done with access tokens: create and revoke."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from naxios.accounts import events, notices
from naxios.accounts.origin import NOWHERE, Origin
from naxios.api.models import AccessToken
from naxios.domain import keys
from naxios.errors import Refused

MOST_TOKENS = 50
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create(
    *,
    user: AbstractBaseUser,
    name: str,
    read_only: bool = True,
    expires_at: datetime | None = None,
    origin: Origin = NOWHERE,
) -> tuple[AccessToken, str]:
    """A new access token and its secret, which is not stored and cannot be shown again.

    Raises
    ------
    Refused
        A name or end that cannot be, or too many tokens.
    """
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise Refused("A token's name has 1 to 100 characters.")
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused("A token's end has to lie in the future.")
    if AccessToken.objects.filter(user_id=user.pk).count() >= MOST_TOKENS:
        raise Refused(f"An account has at most {MOST_TOKENS} access tokens. Revoke one that is not used any more.")
    secret = keys.generate(keys.TOKEN_PREFIX)
    token = AccessToken.objects.create(
        user_id=user.pk,
        name=name,
        read_only=read_only,
        expires_at=expires_at,
        digest=keys.digest(secret),
        prefix=keys.shown_prefix(secret),
    )
    events.record(user=user, kind=events.Kind.TOKEN_CREATED, detail=name, origin=origin)
    notices.send(user=user, notice="token_created", context={"token_name": name, "token_prefix": token.prefix})
    return token, secret


@transaction.atomic
def revoke(*, token: AccessToken, origin: Origin = NOWHERE) -> None:
    """End ``token`` for good, at once."""
    events.record(user=token.user, kind=events.Kind.TOKEN_REVOKED, detail=token.name, origin=origin)
    token.delete()


def note_use(*, token: AccessToken) -> None:
    """Note that ``token`` was used, to the minute: a write for each request would be too much."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
