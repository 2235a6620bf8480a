"""Security events: what happened to an account, for its owner to see."""

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.models import SecurityEvent
from naxios.accounts.origin import NOWHERE, Origin

Kind = SecurityEvent.Kind


def record(*, user: AbstractBaseUser, kind: SecurityEvent.Kind, detail: str = "", origin: Origin = NOWHERE) -> None:
    """Note that ``kind`` happened to ``user``; called inside the transaction of what happened."""
    SecurityEvent.objects.create(
        user_id=user.pk, kind=kind, detail=detail[:200], address=origin.address, user_agent=origin.user_agent
    )
