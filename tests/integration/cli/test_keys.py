"""``naxios key``: keys made, listed, rotated and ended; the secret is shown once and never stored."""

import pytest

from naxios.domain.keys import is_well_formed
from tests.serving import Server

DEV = ("--user", "dev@example.com")


@pytest.fixture(scope="module", autouse=True)
def _there_is_an_account(naxios: Server) -> None:
    naxios.cli("user", "create", "dev@example.com")


def test_a_key_has_the_limits_models_tags_and_end_that_it_was_given(naxios: Server) -> None:
    made = naxios.cli(
        *("key", "create", *DEV, "--name", "all of it", "--expires", "2999-01-31T12:00"),
        *("--tokens-per-day", "1000", "--requests-per-minute", "10"),
        *("--tokens-per-minute", "500", "--concurrency", "2"),
        *("--models", "naxios/*, good", "--tag", "team=search", "--tag", "stage="),
    )

    assert is_well_formed(made["secret"])
    assert made["limits"] == {
        "tokens_per_day": 1000,
        "requests_per_minute": 10,
        "tokens_per_minute": 500,
        "concurrency": 2,
    }
    assert made["models"] == ["naxios/*", "good"]
    assert made["tags"] == {"team": "search", "stage": ""}
    assert made["expires_at"] == "2999-01-31T12:00:00+00:00"
    assert made["standing"] == "active"


def test_the_secret_is_the_last_line_so_that_a_script_can_take_it(naxios: Server) -> None:
    done = naxios.run("key", "create", *DEV, "--name", "script")

    assert is_well_formed(done.stdout.splitlines()[-1])
    assert "shown only now" in done.stderr


def test_a_secret_is_stored_nowhere_and_not_shown_again(naxios: Server) -> None:
    secret = naxios.cli("key", "create", *DEV, "--name", "hidden")["secret"]

    listed = naxios.run("key", "list", *DEV, "--json").stdout

    stored = b"".join(file.read_bytes() for file in naxios.home.glob("naxios.sqlite3*"))
    assert secret[:11].encode() in stored
    assert secret[:16].encode() not in stored
    assert secret[:11] in listed
    assert secret[:16] not in listed


def test_keys_are_listed_newest_first_with_their_standing(naxios: Server) -> None:
    naxios.cli("user", "create", "list@example.com")
    ids = [
        str(naxios.cli("key", "create", "--user", "list@example.com", "--name", name)["id"])
        for name in ("one", "two", "three")
    ]
    naxios.cli("key", "revoke", ids[0])
    naxios.cli("key", "expire", ids[1])

    listed = naxios.cli("key", "list", "--user", "list@example.com")

    assert [(key["name"], key["standing"]) for key in listed] == [
        ("three", "active"),
        ("two", "expired"),
        ("one", "revoked"),
    ]
    table = naxios.run("key", "list", "--user", "list@example.com").stdout.splitlines()
    assert [line.split()[:2] for line in table[1:]] == [[ids[2], "three"], [ids[1], "two"], [ids[0], "one"]]


def test_an_account_without_keys_is_told_how_to_make_one(naxios: Server) -> None:
    naxios.cli("user", "create", "none@example.com")

    assert "`naxios key create` makes one" in naxios.run("key", "list", "--user", "none@example.com").stdout
    assert naxios.cli("key", "list", "--user", "none@example.com") == []


def test_rotating_keeps_the_key_and_changes_its_secret(naxios: Server) -> None:
    made = naxios.cli("key", "create", *DEV, "--name", "rotated", "--tokens-per-day", "1000")

    rotated = naxios.cli("key", "rotate", str(made["id"]))

    assert rotated["secret"] != made["secret"]
    assert rotated["prefix"] == [rotated["secret"][:11]]
    assert (rotated["id"], rotated["name"], rotated["limits"]) == (made["id"], "rotated", {"tokens_per_day": 1000})


def test_within_a_grace_time_both_secrets_are_listed(naxios: Server) -> None:
    made = naxios.cli("key", "create", *DEV, "--name", "grace")

    rotated = naxios.cli("key", "rotate", str(made["id"]), "--grace", "15m")

    assert rotated["prefix"] == [made["secret"][:11], rotated["secret"][:11]]


def test_an_end_can_be_set_moved_and_is_kept_when_it_is_over(naxios: Server) -> None:
    key_id = str(naxios.cli("key", "create", *DEV, "--name", "ending")["id"])

    later = naxios.cli("key", "expire", key_id, "--at", "2999-01-01")
    over = naxios.cli("key", "expire", key_id)
    still = naxios.cli("key", "expire", key_id)
    again = naxios.cli("key", "expire", key_id, "--at", "2999-06-01")

    assert (later["standing"], later["expires_at"]) == ("active", "2999-01-01T00:00:00+00:00")
    assert over["standing"] == "expired"
    assert still["expires_at"] == over["expires_at"]
    assert (again["standing"], again["expires_at"]) == ("active", "2999-06-01T00:00:00+00:00")


def test_revoking_is_for_good_and_can_be_said_twice(naxios: Server) -> None:
    key_id = str(naxios.cli("key", "create", *DEV, "--name", "revoked")["id"])

    assert [naxios.cli("key", "revoke", key_id)["standing"] for _ in range(2)] == ["revoked", "revoked"]
    assert naxios.run("key", "rotate", key_id).returncode == 1
    assert naxios.run("key", "expire", key_id, "--at", "2999-01-01").returncode == 1
