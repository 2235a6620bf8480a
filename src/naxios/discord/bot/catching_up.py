"""What changed while the bot did not listen: the gateway is asked about everybody who has connected Discord.

Some at a time, the next once the first have been told about. Only whom Discord names as absent has left;
an answer that does not come says nothing.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from naxios.discord.bot.events import MembersTold

AT_ONCE = 50
"""Discord allows a hundred (its documentation of Request Guild Members). What happens meanwhile waits until they are
written down: with fewer that is a second or two, even if everybody has left."""


class Question(NamedTuple):
    """Who of ``discord_ids`` is in the guild?"""

    nonce: str
    discord_ids: list[int]


class CatchingUp:
    """The questions about one guild. ``nonce`` tells its answers from those to others."""

    def __init__(self, discord_ids: Sequence[int], nonce: str) -> None:
        self._parts = deque(list(discord_ids[at : at + AT_ONCE]) for at in range(0, len(discord_ids), AT_ONCE))
        self._nonce = nonce
        self._asked = 0

    def next(self) -> Question | None:
        """What to ask now; ``None`` once everything has been asked."""
        if not self._parts:
            return None
        self._asked += 1
        return Question(f"{self._nonce}-{self._asked}", self._parts.popleft())

    def is_answered_by(self, told: MembersTold) -> bool:
        """Whether ``told`` answers the latest question."""
        return told.nonce == f"{self._nonce}-{self._asked}"
