"""What a key's owner reads on the security page."""

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.models import SecurityEvent


def events_of(user: AbstractBaseUser) -> list[tuple[str, str]]:
    """Kind and detail of each security event of ``user``, oldest first."""
    return list(SecurityEvent.objects.filter(user_id=user.pk).order_by("pk").values_list("kind", "detail"))
