"""``naxios code``: what each verb prints, and how it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from naxios.accounts.models import User
from naxios.cli import cli
from naxios.codes.models import Batch, Code
from naxios.plans import queries as plans
from naxios.plans.models import Plan
from naxios.staff import audit

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("database", "pro")


@pytest.fixture
def run(database: object) -> Run:
    return lambda *arguments: CliRunner().invoke(cli, ["code", *arguments])


@pytest.fixture
def done(run: Run) -> Callable[..., Any]:
    """What a verb prints with ``--json``; it has to succeed."""

    def it(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return it


def test_codes_alone_are_on_standard_output(run: Run) -> None:
    result = run("create", "--plan=pro", "--days=30", "--count=3", "--batch=autumn")

    assert result.exit_code == 0
    assert len(result.stdout.split()) == 3
    assert all(code.startswith("NAX-") for code in result.stdout.split())
    assert "gives        Pro for 30 days" in result.stderr
    assert "shown only now" in result.stderr


def test_a_batch_has_the_terms_that_were_given(done: Callable[..., Any]) -> None:
    made = done(
        "create", "--plan=pro", "--days=30", "--tokens=500", "--bonus-days=7", "--count=2", "--max-uses=3",
        "--per-account=0", "--from=2099-01-01", "--expires=2099-02-01T12:30", "--batch=autumn", "--note=for friends",
    )  # fmt: skip

    codes, created_at = made.pop("codes"), made.pop("created_at")
    assert made == {
        "batch": Batch.objects.get().pk,
        "name": "autumn",
        "gives": "Pro for 30 days and 500 bonus tokens for 7 days",
        "count": 2,
        "max_uses": 3,
        "per_account": None,
        "redeemed": 0,
        "standing": "not valid yet",
        "valid_from": "2099-01-01T00:00:00+00:00",
        "expires_at": "2099-02-01T12:30:00+00:00",
        "note": "for friends",
    }
    assert len(codes) == 2
    assert created_at


def test_a_code_is_redeemed_for_an_account_and_that_is_audited(done: Callable[..., Any], user: User) -> None:
    (code,) = done("create", "--plan=pro", "--days=30")["codes"]

    redeemed = done("redeem", code.lower(), "--user=dev@example.com")

    assert redeemed["gives"] == "Pro for 30 days"
    assert plans.plan_of(user.pk).name == "pro"
    event = audit.events().first()
    assert event is not None
    assert (event.act, event.actor_name, event.subject) == ("code_redeemed", audit.COMMAND_LINE, user)


def test_batches_codes_and_redemptions_are_listed(done: Callable[..., Any], run: Run, user: User) -> None:
    assert "No codes yet" in run("list").stdout
    codes = done("create", "--tokens=5", "--count=2", "--batch=autumn")["codes"]
    done("redeem", codes[1], "--user=dev@example.com")

    assert [(batch["name"], batch["redeemed"]) for batch in done("list")] == [("autumn", 1)]
    assert [(code["ends_in"], code["uses"]) for code in done("list", "--batch=autumn")] == [
        (codes[0][-4:], 0),
        (codes[1][-4:], 1),
    ]
    (redemption,) = done("list", "--batch=autumn", "--redemptions")
    assert (redemption["user"], redemption["ends_in"]) == ("dev@example.com", codes[1][-4:])
    assert "Pro" not in run("list").stdout


def test_a_code_is_voided(done: Callable[..., Any], run: Run, user: User) -> None:
    (code,) = done("create", "--tokens=5")["codes"]

    assert done("void", code, "--why=it leaked")["voided_at"]

    refused = run("redeem", code, "--user=dev@example.com")
    assert (refused.exit_code, "withdrawn" in refused.stderr) == (1, True)


def test_a_batch_is_voided_and_taken_back(done: Callable[..., Any], user: User) -> None:
    codes = done("create", "--plan=pro", "--days=30", "--count=2", "--batch=autumn")["codes"]
    done("redeem", codes[0], "--user=dev@example.com")

    assert done("void", "--batch=autumn")["undone"] == 0
    assert done("void", "--batch=autumn", "--take-back", "--why=fraud")["undone"] == 1
    assert plans.plan_of(user.pk).name == "free"


def test_a_redemption_is_undone_and_the_code_given_back(done: Callable[..., Any], run: Run, user: User) -> None:
    (code,) = done("create", "--plan=pro", "--days=30")["codes"]
    number = str(done("redeem", code, "--user=dev@example.com")["redemption"])

    assert done("undo", number, "--why=oops", "--give-back")["why"] == "oops"

    assert Code.objects.get().uses == 0
    assert "was undone before" in run("undo", number, "--why=oops").stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["create"], 1, "has to give something"),
        (["create", "--plan=pro"], 1, "State both, or neither"),
        (["create", "--plan=nowhere", "--days=3"], 1, "There is no plan 'nowhere'"),
        (["create", "--tokens=0"], 2, "0 is not in the range"),
        (["create", "--tokens=5", "--count=100001"], 1, "A batch has 1 to 100,000 codes"),
        (["create", "--tokens=5", "--expires=2020-01-01"], 1, "would have expired already"),
        (["create", "--tokens=5", "--expires=soon"], 2, "does not match the formats"),
        (["list", "--batch=nowhere"], 1, "There is no batch 'nowhere'"),
        (["list", "--batch="], 1, "There is no batch ''"),
        (["list", "--redemptions"], 2, "name it with --batch"),
        (["void"], 2, "Name a code, or a batch"),
        (["void", "NAX-1", "--batch=1"], 2, "Name a code, or a batch"),
        (["void", "NAX-1", "--take-back"], 2, "--take-back is for a batch"),
        (["void", "NAX-1"], 1, "A code has 20 characters"),
        (["redeem", "NAX-1", "--user=dev@example.com"], 1, "A code has 20 characters"),
        (["redeem", "NAX-1", "--user=nobody@example.com"], 1, "There is no account"),
        (["undo", "7", "--why=oops"], 1, "There is no redemption 7"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    run: Run, user: User, pro: Plan, arguments: list[str], status: int, words: str
) -> None:
    result = run(*arguments)

    assert result.exit_code == status
    assert words in result.stderr
    assert "Traceback" not in result.output
