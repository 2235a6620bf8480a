"""``naxios apply``: the catalogue becomes what the file says, or nothing happens and every mistake is named."""

from pathlib import Path
from typing import Any

import pytest

from tests.serving import Server

CREDENTIAL = "sk-the-credential-of-a-provider-4711"
FILE = """
[providers.one]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
api_key = "${ONE_KEY}"
headers = { x-tenant = "tenant-${ONE_KEY}" }
timeout_seconds = 30

[models."vendor/large"]
display_name = "Large"
context_tokens = 400000
multiplier = "2.5"
routes = [ { provider = "one", model = "large-2", priority = 1, weight = 10 } ]

[plans.gold]
tokens_per_day = 5000000
price_minor = 1500
currency = "usd"
"""


@pytest.fixture
def applied(fresh: Server) -> Server:
    """An installation to which :data:`FILE` was applied."""
    fresh.apply(FILE, ONE_KEY=CREDENTIAL)
    return fresh


def test_a_file_is_applied_as_one_list_of_changes(fresh: Server) -> None:
    outcome = fresh.apply(FILE, ONE_KEY=CREDENTIAL)

    assert _summary(outcome) == ["create provider one", "create model vendor/large", "create plan gold"]
    [large] = [model for model in fresh.cli("models", "list") if model["model"] == "vendor/large"]
    assert (large["multiplier"], large["context_tokens"], large["routes"]) == ("2.5", 400_000, ["one:large-2"])
    [one] = [provider for provider in fresh.cli("providers", "list") if provider["provider"] == "one"]
    assert (one["credential"], one["timeout_seconds"]) == ("…4711", 30)


def test_applying_it_again_changes_nothing(applied: Server) -> None:
    again = applied.apply(FILE, ONE_KEY=CREDENTIAL)

    assert again["changes"] == []


def test_a_dry_run_tells_the_same_and_changes_nothing(fresh: Server) -> None:
    file = _written(fresh, FILE)

    tried = fresh.cli("apply", file, "--dry-run", ONE_KEY=CREDENTIAL)
    models = fresh.cli("models", "list")
    done = fresh.cli("apply", file, ONE_KEY=CREDENTIAL)

    assert tried["dry_run"] is True
    assert tried["changes"] == done["changes"]
    assert [model["model"] for model in models] == ["naxios/echo"]


def test_a_person_reads_what_changes_from_what_to_what(applied: Server) -> None:
    file = _written(applied, FILE.replace('"2.5"', '"3"').replace("weight = 10", "weight = 20"))

    done = applied.run("apply", file, ONE_KEY="sk-another-credential-of-the-provider-0815")

    assert done.returncode == 0
    assert "~ provider one" in done.stdout
    assert "api_key: …4711 -> …0815" in done.stdout
    assert "multiplier: 2.5 -> 3" in done.stdout
    assert "one:large-2 (priority 1, weight 10) -> one:large-2 (priority 1, weight 20)" in done.stdout
    assert done.stdout.endswith("2 changed.\n")


def test_what_the_file_does_not_mention_stays_and_is_told(applied: Server) -> None:
    outcome = applied.apply("")

    assert outcome["changes"] == []
    assert outcome["not_in_file"] == ["model vendor/large", "provider one", "plan gold"]


def test_prune_deletes_what_the_file_does_not_mention_but_nothing_built_in(applied: Server) -> None:
    outcome = applied.cli("apply", _written(applied, ""), "--prune")

    assert _summary(outcome) == ["delete model vendor/large", "delete provider one", "delete plan gold"]
    assert [model["model"] for model in applied.cli("models", "list")] == ["naxios/echo"]
    assert [provider["provider"] for provider in applied.cli("providers", "list")] == ["naxios"]
    assert applied.cli("user", "create", "dev@example.com")["plan"] == "free"


def test_prune_does_not_delete_a_plan_that_somebody_is_on(applied: Server) -> None:
    applied.cli("user", "create", "dev@example.com", "--plan", "gold")

    done = applied.run("apply", _written(applied, ""), "--prune")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("naxios: Plan gold cannot be deleted: accounts are or were on it")
    assert [model["model"] for model in applied.cli("models", "list")] == ["naxios/echo", "vendor/large"]


def test_a_credential_is_encrypted_in_the_database_and_never_shown(applied: Server) -> None:
    shown = [applied.run(*verb, "--json").stdout for verb in (("providers", "list"), ("models", "list"))]
    shown.append(applied.run("apply", _written(applied, FILE), ONE_KEY="sk-a-new-credential-of-it-0000").stdout)

    stored = b"".join(file.read_bytes() for file in applied.home.glob("naxios.sqlite3*"))
    assert b"127.0.0.1:9" in stored
    assert CREDENTIAL.encode() not in stored
    assert not any(CREDENTIAL in text or "tenant-" in text for text in shown)


def test_every_mistake_is_named_with_its_line_and_nothing_is_applied(fresh: Server) -> None:
    file = _written(
        fresh,
        """
[providers.one]
kind = "openai"
base_url = "one.example.com"
api_key = "${NOT_SET}"
timeout_second = 30

[models.large]
multiplier = "-1"
routes = [
    { provider = "two", model = "large-2" },
]
[models."naxios/mine"]

[plans.gold]
tokens_per_day = 0
price_minor = 1500
""",
    )

    done = fresh.run("apply", file)

    assert done.returncode == 1
    *problems, last = done.stderr.splitlines()
    assert [problem.removeprefix(f"{file}:") for problem in problems] == [
        "4: providers.one.base_url: a base URL begins with https:// (or http://) and names a host",
        "5: providers.one.api_key: the environment variable NOT_SET is not set",
        "6: providers.one.timeout_second: there is no such setting",
        "9: models.large.multiplier: a multiplier is between 0 and 10000, not -1",
        "10: models.large.routes[0].provider: there is no provider 'two'",
        '13: models."naxios/mine": names that begin with naxios/ are built in; choose another',
        "16: plans.gold.tokens_per_day: input should be greater than or equal to 1",
    ]
    assert last == f"naxios: nothing was applied: 7 problems in {file}"
    assert [model["model"] for model in fresh.cli("models", "list")] == ["naxios/echo"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[models.large]\nroutes = [", "2: not valid TOML: "),
        ("a = 1\na = 2", "2: not valid TOML: "),
        ("[settings]", "1: settings: there is no such setting"),
        ('[providers.one]\nbase_url = "https://one.example.com"', "1: providers.one.kind: is missing"),
        (
            '[providers.one]\nkind = "anthropic"\nbase_url = "https://one.example.com"',
            "2: providers.one.kind: this version speaks to OpenAI-compatible servers only",
        ),
        (
            '[models.large]\nroutes = [ { provider = "two", model = "x" } ]',
            "2: models.large.routes[0].provider: there is no provider 'two'",
        ),
        ('[plans."no spaces"]', '1: plans."no spaces": this is not a name'),
        ("[plans.gold]\nprice_minor = 5", "1: plans.gold: price_minor and currency go together"),
    ],
)
def test_a_mistake_is_named_with_its_line(naxios: Server, text: str, problem: str) -> None:
    file = _written(naxios, text)

    done = naxios.run("apply", file)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{file}:{problem}")
    assert done.stderr.endswith(f"naxios: nothing was applied: 1 problem in {file}\n")


def test_mistakes_are_told_as_json_too(naxios: Server) -> None:
    file = _written(naxios, "[settings]")

    done = naxios.run("apply", file, "--json")

    assert done.returncode == 1
    assert f'"{file}:1: settings: there is no such setting"' in done.stdout


def test_a_private_address_is_refused_unless_that_is_allowed(naxios: Server) -> None:
    text = '[providers.inner]\nkind = "openai"\nbase_url = "http://10.0.0.1/v1"'
    file = _written(naxios, text)

    refused = naxios.run("apply", file)
    allowed = naxios.run("apply", file, "--dry-run", NAXIOS_ALLOW_PRIVATE_PROVIDERS="true")

    assert refused.returncode == 1
    assert "10.0.0.1 is a private address" in refused.stderr
    assert allowed.returncode == 0


def test_a_file_that_is_not_text_is_refused(naxios: Server) -> None:
    file = Path(_written(naxios, ""))
    file.write_bytes(b"\xff\xfe")

    done = naxios.run("apply", str(file))

    assert (done.returncode, done.stderr) == (1, f"naxios: {file} is not UTF-8 text (byte 0).\n")


def _written(server: Server, text: str) -> str:
    file = server.home.parent / "catalogue.toml"
    file.write_text(text)
    return str(file)


def _summary(outcome: dict[str, Any]) -> list[str]:
    return [f"{change['action']} {change['kind']} {change['name']}" for change in outcome["changes"]]
