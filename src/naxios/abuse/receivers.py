"""What others tell that may be a sign of misuse: each becomes a call of a service."""

from datetime import datetime
from typing import Any

from allauth.account import signals as account
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest

from naxios.abuse import services
from naxios.accounts import known_devices
from naxios.accounts.origin import Origin
from naxios.discord import signals as discord


@receiver(account.user_signed_up)
def signed_up(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    services.signed_up(user=user, address=Origin.of(request).address)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    services.signed_in(user=user, address=Origin.of(request).address, device=known_devices.id_of(request))


@receiver(discord.connected)
def discord_connected(user_id: int, made_at: datetime, **_: Any) -> None:
    services.discord_connected(user_id=user_id, made_at=made_at)


@receiver(discord.member_left)
def left_guild(user_id: int, **_: Any) -> None:
    services.left_guild(user_id=user_id)
