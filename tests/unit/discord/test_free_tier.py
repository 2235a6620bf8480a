"""One free tier for each Discord account, for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts.models import User
from naxios.discord import free_tier, queries, services
from naxios.discord.claims import digest
from naxios.discord.models import FreeTierClaim
from naxios.discord.queries import FreeTier
from naxios.domain.entitlements import State
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.staff import audit
from tests.unit.accounts.people import person
from tests.unit.discord.members import ADA, GUILD, LEFT, configured, connected

BOB = "200000000000000002"


def plan_state(user: User, **later: float) -> State:
    moment = int((timezone.now() + timedelta(**later)).timestamp() * 1_000_000)
    return plans.entitled(user.pk, now=moment).decision.state


def test_the_claim_holds_no_discord_id(ada: User) -> None:
    connected(ada)

    claim = FreeTierClaim.objects.get()
    assert (bytes(claim.digest), claim.user_id) == (digest(ADA), ada.pk)
    assert ADA.encode() not in bytes(claim.digest)


def test_nothing_is_claimed_before_somebody_is_verified(ada: User) -> None:
    connected(ada, ADA, LEFT)

    assert not FreeTierClaim.objects.exists()


def test_the_key_is_one(ada: User) -> None:
    connected(ada)

    key, secret = free_tier.make_key(user=ada)

    assert secret.startswith("nx_")
    assert key.user_id == ada.pk
    with pytest.raises(Refused, match="The free tier has one key"):
        free_tier.make_key(user=ada)


def test_without_verification_there_is_no_key(ada: User) -> None:
    connected(ada, ADA, LEFT)

    with pytest.raises(Refused, match="verified members"):
        free_tier.make_key(user=ada)


def test_another_account_with_the_same_discord_account_gets_none(ada: User, bob: User) -> None:
    connected(ada)
    services.disconnect(user=ada)

    connected(bob)

    assert plan_state(bob) is State.UNVERIFIED
    assert queries.free_tier_of(bob.pk).state is FreeTier.TAKEN
    assert "belongs to another account here" in queries.why_unverified(bob.pk)
    with pytest.raises(Refused):
        free_tier.make_key(user=bob)


def test_it_comes_back_to_the_account_that_has_it(ada: User) -> None:
    connected(ada)
    first = plans.entitled(ada.pk).decision.grant
    services.disconnect(user=ada)
    assert plan_state(ada) is State.UNVERIFIED

    connected(ada)

    assert plans.entitled(ada.pk).decision.grant == first


def test_deleting_the_account_leaves_the_hash_and_nobody_gets_a_second_one(ada: User) -> None:
    connected(ada)
    ada.delete()

    claim = FreeTierClaim.objects.get()
    assert (claim.user_id, bytes(claim.digest)) == (None, digest(ADA))

    again = person("again@example.com")
    connected(again)
    assert plan_state(again) is State.UNVERIFIED
    assert FreeTierClaim.objects.count() == 1


def test_another_discord_account_is_another_claim(ada: User, bob: User) -> None:
    connected(ada)
    connected(bob, BOB, username="bob")

    assert (plan_state(ada), plan_state(bob)) == (State.FREE, State.FREE)


def test_paid_plans_go_on_without_discord(ada: User) -> None:
    connected(ada)
    plan_services.put(name="pro", fields={"tokens_per_day": 5})
    plan_services.grant(user=ada, plan=plans.by_name("pro"))

    services.note_left(discord_id=ADA, guild_id=GUILD)

    assert plan_state(ada) is State.ENTITLED


def test_nothing_is_claimed_where_the_free_plan_is_for_everybody(ada: User) -> None:
    plan_services.put(name="free", fields={"requires_discord": False})

    connected(ada)

    assert not FreeTierClaim.objects.exists()
    assert queries.free_tier_of(ada.pk).state is FreeTier.OPEN


def test_nothing_is_asked_for_where_discord_is_not_configured(ada: User) -> None:
    with configured(CLIENT_ID=""):
        assert plan_state(ada) is State.FREE
        assert queries.free_tier_of(ada.pk).state is FreeTier.OPEN


class TestMoving:
    def test_it_counts_from_the_next_day_on_and_ends_at_once_where_it_was(self, ada: User, bob: User) -> None:
        connected(ada)
        services.disconnect(user=ada)
        connected(bob)

        begins = free_tier.move(claim=FreeTierClaim.objects.get(), to=bob, actor=None, why="lost the old account")

        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        assert begins == midnight
        assert (plan_state(ada), plan_state(bob)) == (State.UNVERIFIED, State.UNVERIFIED)
        assert queries.free_tier_of(bob.pk).state is FreeTier.LATER
        assert "begins at" in queries.why_unverified(bob.pk)
        assert plan_state(bob, days=1) is State.FREE
        assert plan_state(ada, days=1) is State.UNVERIFIED

    def test_to_and_fro_brings_no_second_allowance(self, ada: User, bob: User) -> None:
        connected(ada)
        claim = FreeTierClaim.objects.get()

        free_tier.move(claim=claim, to=bob, actor=None, why="wrong account")
        free_tier.move(claim=claim, to=ada, actor=None, why="was right")

        assert plan_state(ada) is State.UNVERIFIED
        assert plan_state(ada, days=1) is State.FREE

    def test_it_waits_for_the_discord_account(self, ada: User, bob: User) -> None:
        connected(ada)

        free_tier.move(claim=FreeTierClaim.objects.get(), to=bob, actor=None, why="asked for")
        assert plan_state(bob, days=1) is State.UNVERIFIED

        services.disconnect(user=ada)
        connected(bob)
        assert plan_state(bob, days=1) is State.FREE

    def test_after_the_account_was_deleted(self, ada: User, bob: User) -> None:
        connected(ada)
        ada.delete()
        connected(bob)

        free_tier.move(claim=FreeTierClaim.objects.get(), to=bob, actor=None, why="deleted the first")

        assert plan_state(bob, days=1) is State.FREE

    def test_it_is_audited_and_needs_a_reason(self, ada: User, bob: User) -> None:
        connected(ada)
        claim = FreeTierClaim.objects.get()

        with pytest.raises(Refused, match="Say why"):
            free_tier.move(claim=claim, to=bob, actor=None, why=" ")
        with pytest.raises(Refused, match="has it already"):
            free_tier.move(claim=claim, to=ada, actor=None, why="so")
        assert not audit.events().exists()

        free_tier.move(claim=claim, to=bob, actor=None, why="lost the old account")
        event = audit.events().get()
        assert (event.act, event.subject) == ("free_tier_moved", bob)
        assert event.detail == f"claim {claim.pk} from account {ada.pk}: lost the old account"
