"""The commands as Discord is told of them, and what comes back of them."""

import re
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from naxios.discord.bot.commands import COMMANDS, LONGEST_CODE, are_known, declared, given
from tests.unit.json_values import json_values


def registered(**changes: Any) -> list[dict[str, Any]]:
    """What Discord says is registered: ours, with what it adds, without what is empty. `redeem` has ``changes``."""
    said = []
    for command in declared(in_guild=True):
        shown = {**command, "id": "1", "version": "2", "nsfw": False, "dm_permission": True}
        if not shown["options"]:
            del shown["options"]
        said.append({**shown, **changes} if command["name"] == "redeem" else shown)
    return said


def test_there_are_these_commands() -> None:
    assert list(COMMANDS) == ["verify", "usage", "key", "redeem", "ticket", "status"]


@pytest.mark.parametrize("in_guild", [True, False])
def test_discord_takes_every_declaration(in_guild: bool) -> None:
    for command in declared(in_guild=in_guild):
        assert re.fullmatch(r"[-_'\w]{1,32}", command["name"])
        assert 1 <= len(command["description"]) <= 100
        assert [1 <= len(option["description"]) <= 100 for option in command["options"]].count(False) == 0


def test_what_discord_knows_is_not_told_again() -> None:
    assert are_known(declared(in_guild=True), registered())
    assert are_known(declared(in_guild=True), list(reversed(registered())))


@pytest.mark.parametrize(
    "said",
    [
        [],
        registered()[1:],
        [*registered(), {"name": "old", "type": 1}],
        registered(description="Something else"),
        registered(options=[]),
        registered(options=[{"type": 3, "name": "code", "description": "The code, as you got it"}]),
        None,
        [None],
    ],
    ids=["nothing", "one missing", "one too many", "another text", "no option", "another option", "null", "nulls"],
)
def test_what_discord_knows_differently_is_told_again(said: Any) -> None:
    assert not are_known(declared(in_guild=True), said)


def test_a_command_comes_back_with_what_was_typed() -> None:
    found = given({"name": "redeem", "options": [{"name": "code", "type": 3, "value": " ABCD-1234 "}]})

    assert found is not None
    assert (found[0].name, found[1]) == ("redeem", {"code": " ABCD-1234 "})


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"name": "rm"},
        {"name": "redeem"},
        {"name": "redeem", "options": [{"name": "code", "value": "   "}]},
        {"name": "redeem", "options": [{"name": "code", "value": 7}]},
        {"name": "redeem", "options": [{"name": "other", "value": "x"}]},
        {"name": 7},
    ],
    ids=["nothing", "empty", "unknown", "no code", "blank", "number", "other option", "no name"],
)
def test_what_is_none_of_ours_is_nothing(data: Any) -> None:
    assert given(data) is None


def test_what_is_typed_has_an_end() -> None:
    found = given({"name": "redeem", "options": [{"name": "code", "value": "x" * 10_000}]})

    assert found is not None
    assert found[1]["code"] == "x" * LONGEST_CODE


@examples(st.fixed_dictionaries({"name": st.sampled_from(list(COMMANDS)), "options": json_values()}) | json_values())
def test_nothing_typed_is_too_much(data: Any) -> None:
    found = given(data)

    if found is not None:
        assert all(isinstance(value, str) and len(value) <= LONGEST_CODE for value in found[1].values())


@examples(json_values())
def test_nothing_registered_is_too_much(said: Any) -> None:
    assert not are_known(declared(in_guild=True), said)
