"""``naxios doctor``: what is not configured, how to configure it, and whether what is configured works."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Installation
from tests.integration.conftest import catalogue
from tests.serving import Server
from tests.stand_ins.discord import StandInDiscord, running_discord
from tests.stand_ins.mail_server import running_mail_server
from tests.stand_ins.provider import StandInProvider
from tests.stand_ins.stripe import running_stripe


@pytest.fixture(scope="module")
def discord() -> Iterator[StandInDiscord]:
    with running_discord() as discord:
        yield discord


def findings(naxios: Server, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = naxios.run("doctor", "--json", **environment)
    return done.returncode, {finding["subject"]: finding for finding in json.loads(done.stdout)}


def of_discord(naxios: Server, **environment: str) -> dict[str, Any]:
    return findings(naxios, **environment)[1]["Discord"]


def test_nothing_is_configured_at_first_and_that_is_no_failure(naxios: Installation) -> None:
    code, found = findings(naxios)

    assert code == 0
    assert {subject for subject, one in found.items() if one["health"] == "not configured"} >= {
        "Discord",
        "Mail",
        "Providers",
        "Redis",
        "Stripe",
    }
    assert found["Discord"]["settings"] == [
        "NAXIOS_DISCORD_CLIENT_ID=ID-OF-THE-APPLICATION",
        "NAXIOS_DISCORD_CLIENT_SECRET=SECRET-OF-THE-APPLICATION",
        "NAXIOS_DISCORD_GUILD_ID=ID-OF-YOUR-SERVER",
    ]
    assert found["Database"]["health"] == "works"


def test_people_read_the_same_in_lines(naxios: Installation) -> None:
    done = naxios.run("doctor")

    assert "· Mail: not configured. Mails stay in the outbox" in done.stdout
    assert "      NAXIOS_EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587" in done.stdout


def test_a_mail_server_is_signed_in_to(untouched: Server) -> None:
    with running_mail_server() as mail:
        _, found = findings(untouched, NAXIOS_EMAIL_URL=mail.url)

    assert found["Mail"]["health"] == "works"


def test_what_does_not_work_makes_it_fail_and_says_what_to_do(untouched: Server) -> None:
    code, found = findings(untouched, NAXIOS_EMAIL_URL="smtp://127.0.0.1:9", NAXIOS_REDIS_URL="redis://127.0.0.1:9")

    assert code == 1
    assert found["Mail"]["health"] == "does not work"
    assert "Check NAXIOS_EMAIL_URL" in found["Mail"]["text"]
    assert found["Redis"]["health"] == "works in part"


def test_a_provider_is_asked_with_its_credential(naxios: Installation, provider: StandInProvider) -> None:
    naxios.apply(catalogue(provider), STAND_IN_KEY=provider.credential)
    assert findings(naxios)[1]["Provider stand-in"]["health"] == "works"

    naxios.apply(catalogue(provider), STAND_IN_KEY="wrong")

    code, found = findings(naxios)
    assert code == 1
    assert "refuses the credential" in found["Provider stand-in"]["text"]


def test_discord_works_with_all_of_its_settings(untouched: Server, discord: StandInDiscord) -> None:
    found = of_discord(untouched, **discord.environment())

    assert found["health"] == "works"
    assert discord.guild.name in found["text"]


@pytest.mark.parametrize(
    ("setting", "value", "health", "settings"),
    [
        ("CLIENT_SECRET", "", "not configured", ["NAXIOS_DISCORD_CLIENT_SECRET"]),
        ("CLIENT_SECRET", "wrong", "does not work", ["NAXIOS_DISCORD_CLIENT_ID", "NAXIOS_DISCORD_CLIENT_SECRET"]),
        ("BOT_TOKEN", "", "works in part", ["NAXIOS_DISCORD_BOT_TOKEN"]),
        ("BOT_TOKEN", "wrong", "does not work", ["NAXIOS_DISCORD_BOT_TOKEN"]),
        ("GUILD_ID", "123456789012345678", "does not work", ["NAXIOS_DISCORD_GUILD_ID"]),
        ("API_URL", "http://127.0.0.1:9", "does not work", []),
    ],
)
def test_what_is_wrong_with_discord_is_named(
    tmp_path: Path, discord: StandInDiscord, setting: str, value: str, health: str, settings: list[str]
) -> None:
    found = of_discord(Server(tmp_path / "home"), **{**discord.environment(), f"NAXIOS_DISCORD_{setting}": value})

    assert found["health"] == health
    assert [line.split("=")[0] for line in found["settings"]] == settings
    assert "wrong" not in json.dumps(found)


def test_stripe_is_asked_whose_key_it_is_and_where_its_webhooks_lead(untouched: Server) -> None:
    with running_stripe() as stripe:
        settings = {
            "NAXIOS_STRIPE_API_URL": stripe.url,
            "NAXIOS_STRIPE_SECRET_KEY": stripe.api_key,
            "NAXIOS_STRIPE_WEBHOOK_SECRET": "whsec_one",
            "NAXIOS_BASE_URL": "https://llm.example.com",
        }
        nobody_told = findings(untouched, **settings)[1]["Stripe"]
        stripe.webhooks.register("https://llm.example.com/billing/stripe/webhook", secret="whsec_one")
        works = findings(untouched, **settings)[1]["Stripe"]
        wrong = findings(untouched, **{**settings, "NAXIOS_STRIPE_SECRET_KEY": "sk_test_wrong"})[1]["Stripe"]

    assert (nobody_told["health"], works["health"], wrong["health"]) == ("works in part", "works", "does not work")
    assert "https://llm.example.com/billing/stripe/webhook" in nobody_told["text"]
    assert "sk_test_wrong" not in json.dumps(wrong)
