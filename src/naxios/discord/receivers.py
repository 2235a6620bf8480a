"""What allauth tells that concerns Discord."""

from typing import Any

from allauth.account import signals as account
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest

from naxios.accounts import queries as accounts
from naxios.accounts.origin import Origin
from naxios.discord import services
from naxios.discord.sign_in import sealing
from naxios.errors import Refused


@receiver(account.user_signed_up)
def signed_up(request: HttpRequest, user: Any, sociallogin: Any = None, **_: Any) -> None:
    """An account that was made with Discord has it connected, in the same transaction."""
    if sociallogin is not None:
        granted = sealing.unseal(sociallogin.state["granted"])
        services.connect(user=user, granted=granted, signs_up=True, origin=Origin.of(request))


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """A Discord account that waits in this browser is connected to the account with the same address.

    Both sides have verified the address, and whoever is here has just shown that the account is theirs.
    """
    pending = sealing.take_pending(request)
    if pending is None or pending.email != user.email or not accounts.is_address_verified(user):
        return
    try:
        services.connect(user=user, granted=pending.granted, origin=Origin.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{pending.granted.profile.username} on Discord is connected.")
