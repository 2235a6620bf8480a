"""What commands answer, from what is known about who asks."""

from datetime import UTC, datetime, timedelta

import pytest

from naxios.abuse.models import Review
from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.discord import services
from naxios.discord.bot import answers
from naxios.discord.bot.answers import Asked, Seen
from naxios.domain import clock
from naxios.domain.entitlements import Source
from naxios.domain.moments import moment
from naxios.keys import services as keys
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.plans.models import Plan
from naxios.usage.models import UsageRollup
from tests.unit.discord.members import ADA, GUILD, LEFT, configured, connected, id_made

ASKED = Asked(ADA)
EVERY = [answers.verify, answers.usage, answers.key]


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.__name__)
def test_a_stranger_is_told_where_to_connect(ada: User, answer: answers.Answer) -> None:
    assert "<http://127.0.0.1:8000/dashboard/discord/>" in answer(ASKED)


def test_a_member_is_verified_on_the_free_plan(ada: User) -> None:
    connected(ada)

    assert answers.verify(ASKED).startswith("You are verified, since <t:")
    assert "**free**" in answers.verify(ASKED)


def test_who_left_is_told_why_and_where_the_invitation_is(ada: User) -> None:
    connected(ada, ADA, LEFT)

    with configured(INVITE_URL="https://discord.example.com/invite"):
        answer = answers.verify(ASKED)

    assert "not a member of our Discord server" in answer
    assert "<https://discord.example.com/invite>" in answer


def test_a_young_account_is_told_when_it_is_old_enough(ada: User) -> None:
    young = id_made(days_ago=1)

    with configured(MIN_ACCOUNT_DAYS="7"):
        connected(ada, young)
        answer = answers.verify(Asked(young))

    assert f"{datetime.now(UTC) + timedelta(days=6):%B %Y}" in answer


def test_what_discord_says_along_with_a_command_counts(ada: User) -> None:
    connected(ada, ADA, LEFT)

    assert "You are verified" in answers.verify(Asked(ADA, {}, Seen(GUILD, (), pending=False)))
    assert "not accepted its rules" in answers.verify(Asked(ADA, {}, Seen(GUILD, (), pending=True)))


def test_usage_is_todays_with_what_is_left_and_when_it_resets(ada: User) -> None:
    connected(ada)
    today = moment(clock.day_of(clock.now()) * clock.DAY)
    UsageRollup.objects.create(
        period=UsageRollup.Period.DAY, start=today, user_id=ada.pk, key_id=1, status=200, standard_tokens=1_500
    )
    limit = plans.by_name("free").tokens_per_day
    assert limit is not None

    answer = answers.usage(ASKED)

    assert "**1,500** standard tokens" in answer
    assert f"**{limit - 1_500:,}** of {limit:,} are left" in answer
    assert f"<t:{int((today + timedelta(days=1)).timestamp())}:R>" in answer


def test_usage_without_a_limit_says_so(ada: User) -> None:
    connected(ada)
    plan_services.grant(user=ada, plan=Plan.objects.create(name="pro_max"), source=Source.STAFF)

    assert "no limit per day" in answers.usage(ASKED)
    assert "**pro\\_max**" in answers.usage(ASKED)


def test_usage_of_who_is_not_verified_says_what_to_do(ada: User) -> None:
    connected(ada)
    services.note_left(discord_id=ADA, guild_id=GUILD)

    assert "not a member of our Discord server" in answers.usage(ASKED)


def test_usage_of_an_ended_plan_says_so(ada: User) -> None:
    connected(ada)
    plan = Plan.objects.create(name="pro", after_lapse=Plan.AfterLapse.REFUSE)
    day_before = datetime.now(UTC) - timedelta(days=1)
    plan_services.grant(user=ada, plan=plan, starts_at=day_before, ends_at=day_before + timedelta(hours=1))

    assert "**pro** has ended" in answers.usage(ASKED)


def test_a_key_is_counted_and_never_shown(ada: User) -> None:
    connected(ada)
    assert "no working API key" in answers.key(ASKED)

    _, secret = keys.create(user=ada, name="my key")

    answer = answers.key(ASKED)
    assert "one working API key" in answer
    assert secret[:8] not in answer


@pytest.mark.usefixtures("database", "discord_settings")
def test_a_ticket_names_the_contact_address_or_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/contact>" in answers.ticket(ASKED)

    monkeypatch.setenv("NAXIOS_CONTACT_EMAIL", "help@example.com")
    with configured():
        assert "help@example.com" in answers.ticket(ASKED)


@pytest.mark.usefixtures("database", "discord_settings")
def test_without_a_gateway_the_status_page_is_named() -> None:
    assert "cannot be seen from here" in answers.status(ASKED)


def test_a_suspended_account_is_told_so(ada: User) -> None:
    connected(ada)
    accounts.suspend(user=ada)

    assert "suspended" in answers.usage(ASKED)
    assert "suspended" in answers.verify(ASKED)


def test_a_held_free_tier_is_told_with_the_way_out(ada: User) -> None:
    connected(ada)
    review = Review.objects.create(user=ada, held_at=datetime.now(UTC))

    assert "held for a review" in answers.usage(ASKED)

    review.delete()
    assert "held" not in answers.usage(ASKED)
