"""What the gateway says, read with suspicion."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.discord.bot.events import (
    Event,
    GuildAway,
    GuildGone,
    GuildHere,
    Member,
    MemberGone,
    MemberSeen,
    MembersTold,
    Person,
    RoleGone,
    heard,
)
from tests.unit.discord.members import ADA, GUILD
from tests.unit.json_values import json_values

ROLE = "300000000000000001"
NAMES = [
    "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_UPDATE",
    "GUILD_MEMBER_REMOVE",
    "GUILD_MEMBERS_CHUNK",
    "GUILD_ROLE_DELETE",
    "GUILD_CREATE",
    "GUILD_DELETE",
]


def message(name: str, data: Any) -> str:
    """An event as the gateway sends it."""
    return json.dumps({"op": 0, "t": name, "s": 7, "d": data})


@pytest.mark.parametrize(
    ("name", "data", "event"),
    [
        (
            "GUILD_MEMBER_ADD",
            {"guild_id": GUILD, "user": {"id": ADA, "username": "ada", "avatar": None}, "roles": [], "pending": True},
            MemberSeen(GUILD, Member(Person(ADA, "ada"), (), True)),
        ),
        (
            "GUILD_MEMBER_UPDATE",
            {"guild_id": GUILD, "user": {"id": ADA, "global_name": "Ada"}, "roles": [ROLE], "nick": "a"},
            MemberSeen(GUILD, Member(Person(ADA, global_name="Ada"), (ROLE,), False)),
        ),
        ("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": {"id": ADA}}, MemberGone(GUILD, ADA)),
        (
            "GUILD_MEMBERS_CHUNK",
            {"guild_id": GUILD, "nonce": "n", "members": [{"user": {"id": ADA}}], "not_found": [ROLE]},
            MembersTold(GUILD, "n", (Member(Person(ADA)),), (ROLE,)),
        ),
        ("GUILD_ROLE_DELETE", {"guild_id": GUILD, "role_id": ROLE}, RoleGone(GUILD, ROLE)),
        ("GUILD_CREATE", {"id": GUILD, "name": "Users", "unavailable": False}, GuildHere(GUILD)),
        ("GUILD_CREATE", {"id": GUILD}, GuildHere(GUILD)),
        ("GUILD_CREATE", {"id": GUILD, "unavailable": True}, GuildAway(GUILD)),
        ("GUILD_DELETE", {"id": GUILD, "unavailable": True}, GuildAway(GUILD)),
        ("GUILD_DELETE", {"id": GUILD}, GuildGone(GUILD)),
        ("MESSAGE_CREATE", {"content": "hello", "guild_id": GUILD}, None),
        ("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": {"id": "17; DROP"}}, None),
        ("GUILD_MEMBER_REMOVE", {"guild_id": int(GUILD), "user": {"id": ADA}}, None),
        ("GUILD_DELETE", None, None),
    ],
)
def test_an_event_is_read_or_is_none(name: str, data: Any, event: Event | None) -> None:
    assert heard(message(name, data)) == event


def test_an_outage_of_discord_is_no_leave() -> None:
    assert heard(message("GUILD_DELETE", {"id": GUILD, "unavailable": True})) != GuildGone(GUILD)


def test_what_is_no_event_is_nothing() -> None:
    assert heard('{"op": 11}') is None
    assert heard('{"op": 0, "t": "GUILD_DELETE"') is None
    assert heard("") is None


@given(st.sampled_from(NAMES), json_values())
def test_no_event_of_a_known_name_is_too_much(name: str, data: Any) -> None:
    heard(message(name, data))


@given(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(["id", "guild_id", "user", "roles", "members", "nonce"]), json_values()),
)
def test_no_field_of_an_event_is_too_much(name: str, data: Any) -> None:
    heard(message(name, data))


@given(st.text() | st.binary())
def test_no_bytes_are_too_much(foreign: str | bytes) -> None:
    heard(foreign)
