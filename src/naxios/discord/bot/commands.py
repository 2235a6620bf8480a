"""The slash commands: what they are called, what they take, and who answers them. And whether Discord knows them so."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec

from naxios.discord.bot import answers
from naxios.discord.bot.answers import Answer

LONGEST_CODE = 100
CHAT_INPUT, TEXT = 1, 3
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1
MANY_A_MINUTE, FEW_A_MINUTE = 12, 5


class Command(NamedTuple):
    """One command. ``a_minute`` is how often one person may give it."""

    name: str
    description: str
    answer: Answer
    options: tuple[dict[str, Any], ...] = ()
    a_minute: int = MANY_A_MINUTE


COMMANDS = {
    command.name: command
    for command in (
        Command("verify", "Whether you are verified, and what to do if not", answers.verify),
        Command("usage", "What you have used today, and what is left", answers.usage),
        Command("key", "Where your API keys are", answers.key),
        Command(
            "redeem",
            "Redeem a code",
            answers.redeem,
            options=(
                {
                    "type": TEXT,
                    "name": "code",
                    "description": "The code, as you got it",
                    "required": True,
                    "min_length": 1,
                    "max_length": LONGEST_CODE,
                },
            ),
            a_minute=FEW_A_MINUTE,
        ),
        Command("ticket", "How to reach the people behind this service", answers.ticket),
        Command("status", "Which models and providers work right now", answers.status),
    )
}


class _Option(msgspec.Struct):
    name: str
    value: Any = None


class _Data(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(max_length=32)]
    options: list[_Option] = []


def given(data: object) -> tuple[Command, dict[str, str]] | None:
    """The command that an interaction's data names, with what was typed; ``None`` if it is none of ours.

    Discord checks what is typed before it sends it. Nothing is taken for granted all the same.
    """
    try:
        named = msgspec.convert(data, _Data)
    except msgspec.ValidationError:
        return None
    command = COMMANDS.get(named.name)
    if command is None:
        return None
    declared = {option["name"]: option for option in command.options}
    typed = {}
    for option in named.options:
        if option.name in declared and isinstance(option.value, str):
            typed[option.name] = option.value[: declared[option.name]["max_length"]]
    if any(option["required"] and not typed.get(name, "").strip() for name, option in declared.items()):
        return None
    return command, typed


def declared(*, in_guild: bool) -> list[dict[str, Any]]:
    """All commands as Discord wants them declared: for one server, or for all and for direct messages."""
    places = {} if in_guild else {"contexts": [IN_SERVERS, IN_DIRECT_MESSAGES]}
    return [
        {
            "type": CHAT_INPUT,
            "name": command.name,
            "description": command.description,
            "options": [dict(option) for option in command.options],
            **places,
        }
        for command in COMMANDS.values()
    ]


def are_known(wanted: list[dict[str, Any]], registered: object) -> bool:
    """Whether what Discord says is registered is what we want: nothing missing, nothing else, nothing different."""
    if not isinstance(registered, list) or not all(isinstance(one, Mapping) for one in registered):
        return False
    by_name = {one.get("name"): one for one in registered}
    return len(registered) == len(wanted) and all(_covers(by_name.get(one["name"]), one) for one in wanted)


def _covers(there: Any, wanted: Any) -> bool:
    """Whether ``there`` says all that ``wanted`` says; Discord adds its own, and leaves out what is empty."""
    if isinstance(wanted, dict):
        return isinstance(there, Mapping) and all(_covers(there.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        if not wanted:
            return not there
        same_length = isinstance(there, list) and len(there) == len(wanted)
        return same_length and all(_covers(one, other) for one, other in zip(there, wanted, strict=True))
    return bool(there == wanted)
