"""Discord over real sockets: its sign-in page, its REST API, its gateway and its pictures, as well as its bad days.

``with running_discord() as discord`` gives a Discord with one ``application`` whose bot is in one ``guild``.

- People: ``discord.world.make_user("ada", age=…)``, then ``discord.join``, ``update_member``, ``leave``, ``ban``, …
- Signing in: ``discord.application.redirect_uris.append(…)`` and ``discord.sign_in(ada)``; the page has the buttons
  Authorize and Cancel. ``discord.book`` holds consents and tokens, ``discord.world.clock.skip`` lets them expire.
- Bots: ``discord.interact(ada, "ping")`` gives the answer as ada sees it; ``press`` and ``submit`` go on from there.
- Bad days: ``discord.fault("/users", status=502, times=2)``, ``mend``, ``with discord.down()``, ``outage``,
  ``drop_gateway``, ``ask_to_reconnect``, ``freeze_gateway``, ``discord.limits``.
- What happened: ``discord.asked``, ``discord.requests("GET", "/users/@me")``, ``channel.messages``.
- Addresses: ``discord.environment()`` for Naxios, ``pointing.pointed(discord)`` for discord.py.
"""

from tests.stand_ins.discord.core import Asked
from tests.stand_ins.discord.faults import Fault
from tests.stand_ins.discord.interactions import Interaction
from tests.stand_ins.discord.limits import Limit
from tests.stand_ins.discord.server import StandInDiscord, running_discord
from tests.stand_ins.discord.snowflakes import made_at, snowflake
from tests.stand_ins.discord.state import Application, Channel, Guild, Member, Message, Role, User

__all__ = [
    "Application",
    "Asked",
    "Channel",
    "Fault",
    "Guild",
    "Interaction",
    "Limit",
    "Member",
    "Message",
    "Role",
    "StandInDiscord",
    "User",
    "made_at",
    "running_discord",
    "snowflake",
]
