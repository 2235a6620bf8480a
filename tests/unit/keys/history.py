"""What a key's owner reads on the security page."""

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.models import SecurityEvent


def events_of(user: AbstractBaseUser) -> list[tuple[str, str]]:
    """Kind and detail of what happened to the keys of ``user``, oldest first."""
    events = SecurityEvent.objects.filter(user_id=user.pk, kind__startswith="key_").order_by("pk")
    return list(events.values_list("kind", "detail"))
