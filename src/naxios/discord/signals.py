"""What happens between people and Discord, for apps that want to know.

Each is sent once the transaction that made it so is on disk, and failures of receivers are logged and go no further.
All carry ``user_id`` and ``discord_id`` (a string); ``member_joined`` and ``member_left`` also ``guild_id``, ``lapsed``
also ``reason``, ``connected`` also ``made_at``, when the Discord account was made.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

connected = Signal()
disconnected = Signal()
verified = Signal()
lapsed = Signal()
member_joined = Signal()
member_left = Signal()


def tell(signal: Signal, **facts: Any) -> None:
    """Send ``signal`` once the present transaction is done."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts))
