"""Users' tokens: kept, encrypted, only where no bot can ask in their stead.

Discord ends a pair of tokens when it is renewed, so two processes must never renew the same one: whoever sets
``busy_until`` first does it, and writes down the new pair before anything else.
"""

from datetime import timedelta

import msgspec
import structlog
from django.db.models import Q
from django.utils import timezone

from naxios import config, encryption
from naxios.discord import rest
from naxios.discord.models import Identity, StoredTokens
from naxios.discord.rest_shapes import TokenPair

RENEWED_BEFORE = timedelta(days=1)
"""They live for a week, and are renewed when less than this is left."""
BUSY_FOR = timedelta(seconds=60)

log = structlog.get_logger(__name__)


def are_kept() -> bool:
    """Whether there is a need for them: a bot asks on its own."""
    return not config.load().discord_bot_token


def keep(*, identity: Identity, pair: TokenPair | None) -> None:
    """Store ``pair`` for ``identity`` if it is needed; forget what was stored if it is not."""
    if not are_kept():
        StoredTokens.objects.filter(identity=identity).delete()
    elif pair is not None:
        StoredTokens.objects.update_or_create(identity=identity, defaults={**_columns(pair), "busy_until": None})


def stored(*, identity: Identity) -> TokenPair | None:
    """What is stored for ``identity``, if it can be read."""
    row = StoredTokens.objects.filter(identity=identity).first()
    try:
        return None if row is None else _pair(row)
    except encryption.CannotDecrypt:
        return None


def fresh(*, identity: Identity) -> str:
    """An access token of ``identity`` that is in force; renewed if it is about to end.

    Raises
    ------
    rest.Unanswered
        It could not be renewed now, or somebody else is about to.
    rest.Refusal
        There is none, or its owner has taken it back.
    """
    row = StoredTokens.objects.filter(identity=identity).first()
    if row is None:
        raise rest.Refusal(rest.Denial.TOKEN)
    try:
        pair = _pair(row)
    except encryption.CannotDecrypt:
        raise rest.Refusal(rest.Denial.TOKEN) from None
    now = timezone.now()
    if row.expires_at - RENEWED_BEFORE > now:
        return pair.access_token
    mine = StoredTokens.objects.filter(Q(busy_until=None) | Q(busy_until__lt=now), pk=row.pk, encrypted=row.encrypted)
    if not mine.update(busy_until=now + BUSY_FOR):
        raise rest.Unanswered("the tokens are being renewed")
    try:
        renewed = rest.renew(pair.refresh_token)
    except (rest.Unanswered, rest.Refusal):
        StoredTokens.objects.filter(pk=row.pk).update(busy_until=None)
        raise
    StoredTokens.objects.filter(pk=row.pk).update(**_columns(renewed), busy_until=None)
    return renewed.access_token


def revoke(*, pair: TokenPair) -> None:
    """End ``pair`` at Discord. If that does not work, it is only logged: here it is gone already."""
    try:
        rest.revoke(pair.refresh_token or pair.access_token)
    except (rest.Unanswered, rest.Refusal) as error:
        log.warning("Discord did not confirm that tokens were revoked", code=str(error))


def forget_unneeded() -> int:
    """Delete what was stored before there was a bot; returns how many."""
    return 0 if are_kept() else StoredTokens.objects.all().delete()[0]


def _columns(pair: TokenPair) -> dict[str, object]:
    text = msgspec.json.encode({"access_token": pair.access_token, "refresh_token": pair.refresh_token}).decode()
    return {
        "encrypted": encryption.encrypt(text),
        "expires_at": timezone.now() + timedelta(seconds=pair.expires_in),
    }


def _pair(row: StoredTokens) -> TokenPair:
    return msgspec.json.decode(encryption.decrypt(row.encrypted), type=TokenPair)
