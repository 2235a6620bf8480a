"""What can be asked of access tokens."""

from django.db.models import Q
from django.utils import timezone

from naxios.api.models import AccessToken
from naxios.domain import keys


def find(secret: str) -> AccessToken | None:
    """The token behind ``secret`` with its account, unless it is unknown, has ended or cannot sign in any more."""
    if not keys.is_well_formed(secret, keys.TOKEN_PREFIX):
        return None
    return (
        AccessToken.objects.select_related("user")
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), digest=keys.digest(secret), user__is_active=True)
        .first()
    )


def of_user(user_id: int) -> list[AccessToken]:
    """An account's tokens, newest first."""
    return list(AccessToken.objects.filter(user_id=user_id).order_by("-pk"))


def one(*, user_id: int, token_id: int) -> AccessToken | None:
    """The token ``token_id`` if it belongs to the account."""
    return AccessToken.objects.filter(pk=token_id, user_id=user_id).select_related("user").first()
