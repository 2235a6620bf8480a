"""What becomes of an identity when Discord tells something about it, or does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts.models import User
from naxios.discord import queries, services, signals
from naxios.discord.models import Identity, Membership
from naxios.domain.entitlements import State
from naxios.invalidation import queries as invalidation
from naxios.plans import queries as plans
from tests.unit.accounts.people import events_of, mails_to
from tests.unit.discord.members import (
    ADA,
    GUILD,
    LEFT,
    OTHER_GUILD,
    UNKNOWN,
    configured,
    connected,
    id_made,
    state_of,
)

ROLE = "700000000000000001"


def plan_state(user: User) -> State:
    return plans.entitled(user.pk).decision.state


def failing_for(**since: float) -> None:
    Identity.objects.update(failing_since=timezone.now() - timedelta(**since))


def test_a_member_is_verified_and_has_the_free_tier(ada: User) -> None:
    connected(ada)

    assert state_of() == ("verified", "")
    assert plan_state(ada) is State.FREE
    assert [kind for kind, _ in events_of(ada)][-2:] == ["discord_connected", "verified"]


def test_without_discord_there_is_no_free_tier(ada: User) -> None:
    assert plan_state(ada) is State.UNVERIFIED


def test_somebody_who_is_no_member_is_told_so(ada: User) -> None:
    connected(ada, ADA, LEFT)

    assert state_of() == ("unverified", "not_a_member")
    assert "not a member of our Discord server. Join it" in queries.why_unverified(ada.pk)


def test_leaving_lapses_at_once_and_the_gateway_hears_of_it(ada: User) -> None:
    connected(ada)
    before = invalidation.latest()

    services.note_left(discord_id=ADA, guild_id=GUILD)

    assert state_of() == ("lapsed", "not_a_member")
    assert plan_state(ada) is State.UNVERIFIED
    assert ("account", ada.pk) in [(topic, subject) for _, topic, subject in invalidation.since(before) or ()]
    assert events_of(ada)[-1] == ("verification_lapsed", "You are not a member of our Discord server.")
    assert mails_to()[-1].subject == "Your free tier is paused"


def test_coming_back_resumes_the_same_free_tier(ada: User) -> None:
    connected(ada)
    first = plans.entitled(ada.pk).decision.grant
    services.note_left(discord_id=ADA, guild_id=GUILD)

    services.note_member(discord_id=ADA, guild_id=GUILD)

    again = plans.entitled(ada.pk).decision.grant
    assert first is not None
    assert again == first
    assert state_of() == ("verified", "")


def test_the_same_told_twice_changes_nothing(ada: User) -> None:
    connected(ada)
    services.note_left(discord_id=ADA, guild_id=GUILD)
    before = len(events_of(ada)), len(mails_to()), invalidation.latest()

    services.note_left(discord_id=ADA, guild_id=GUILD)

    assert (len(events_of(ada)), len(mails_to()), invalidation.latest()) == before


def test_rules_that_are_not_accepted_yet_count(ada: User) -> None:
    connected(ada)

    services.note_member(discord_id=ADA, guild_id=GUILD, pending=True)

    assert state_of() == ("lapsed", "pending")


def test_a_role_that_is_asked_for_counts_and_no_other_is_kept(ada: User) -> None:
    with configured(ROLE_ID=ROLE):
        connected(ada)
        assert state_of() == ("unverified", "missing_role")

        services.note_member(discord_id=ADA, guild_id=GUILD, roles=["700000000000000002", ROLE])

        assert state_of() == ("verified", "")
        assert Membership.objects.get().roles == [ROLE]


def test_a_young_account_is_told_from_when_it_is_old_enough(ada: User) -> None:
    with configured(MIN_ACCOUNT_DAYS="7"):
        identity = connected(ada, id_made(days_ago=6))

        assert (identity.verification, identity.reason) == ("unverified", "too_young")
        assert identity.next_check_at <= queries.old_enough_at(identity) + timedelta(seconds=1)
        assert f"It is on {queries.old_enough_at(identity):%-d %B %Y}" in queries.why_unverified(ada.pk)


def test_a_deleted_discord_account_lapses(ada: User) -> None:
    connected(ada)

    services.note_identity_gone(discord_id=ADA)

    assert state_of() == ("lapsed", "identity_gone")


def test_nobody_lapses_while_discord_does_not_tell(ada: User) -> None:
    connected(ada)

    services.note_not_told(discord_id=ADA)
    failing_for(hours=71)
    services.note_not_told(discord_id=ADA)

    identity = Identity.objects.get()
    assert state_of() == ("verified", "")
    assert identity.failing_since is not None
    assert plan_state(ada) is State.FREE


def test_the_time_of_grace_ends(ada: User) -> None:
    connected(ada)
    services.note_not_told(discord_id=ADA)
    failing_for(hours=72)

    services.note_not_told(discord_id=ADA)

    assert state_of() == ("lapsed", "unknown")
    assert plan_state(ada) is State.UNVERIFIED


def test_an_operator_can_give_another_time_of_grace(ada: User) -> None:
    connected(ada)
    services.note_not_told(discord_id=ADA)
    failing_for(hours=2)

    with configured(GRACE_HOURS="1"):
        services.note_not_told(discord_id=ADA)

    assert state_of() == ("lapsed", "unknown")


def test_a_definite_answer_ends_the_time_of_grace(ada: User) -> None:
    connected(ada)
    services.note_not_told(discord_id=ADA)

    services.note_member(discord_id=ADA, guild_id=GUILD)

    assert Identity.objects.get().failing_since is None


def test_a_guild_that_does_not_tell_leaves_its_membership_as_it_was(ada: User) -> None:
    connected(ada)

    services.note_seen(discord_id=ADA, seen=[UNKNOWN])

    assert Membership.objects.get().presence == "member"
    assert state_of() == ("verified", "")


def test_one_of_several_guilds_is_enough(ada: User) -> None:
    with configured(GUILD_ID=f"{GUILD},{OTHER_GUILD}"):
        connected(ada)
        services.note_member(discord_id=ADA, guild_id=OTHER_GUILD)

        services.note_left(discord_id=ADA, guild_id=GUILD)
        assert state_of() == ("verified", "")

        services.note_left(discord_id=ADA, guild_id=OTHER_GUILD)
        assert state_of() == ("lapsed", "not_a_member")


def test_strangers_and_other_guilds_are_no_concern(ada: User) -> None:
    connected(ada)

    services.note_left(discord_id=ADA, guild_id=OTHER_GUILD)
    services.note_left(discord_id="200000000000000009", guild_id=GUILD)

    assert state_of() == ("verified", "")


@pytest.mark.usefixtures("ada")
def test_other_apps_hear_of_it_once_it_is_so(ada: User) -> None:
    heard: list[tuple[str, str]] = []

    def hear(name: str) -> object:
        def receiver(**facts: object) -> None:
            heard.append((name, str(facts["discord_id"])))

        return receiver

    receivers = {name: hear(name) for name in ("connected", "verified", "lapsed", "member_joined", "member_left")}
    for name, receiver in receivers.items():
        getattr(signals, name).connect(receiver)
    try:
        connected(ada)
        services.note_left(discord_id=ADA, guild_id=GUILD)
    finally:
        for name, receiver in receivers.items():
            getattr(signals, name).disconnect(receiver)

    assert heard == [(name, ADA) for name in ("connected", "member_joined", "verified", "member_left", "lapsed")]
