"""Discord over real sockets: its sign-in page, its REST API, its gateway and its pictures, as well as its bad days.

``with running_discord() as discord`` gives a Discord with one application whose bot is in one guild. Tests make people
with ``discord.world.make_user``, let them do things (``discord.join``, ``discord.leave``, …), and look at
``discord.asked``. ``discord.environment()`` points Naxios at it.
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
