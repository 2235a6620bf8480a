"""``naxios user``: accounts made, shown, stopped and let go again."""

from datetime import datetime, timedelta

import pytest

from tests.serving import GENEROUS_PLAN, Server


@pytest.fixture(scope="module", autouse=True)
def key(naxios: Server) -> str:
    """A key of the account ``who@example.com``, which has id 1."""
    naxios.apply(GENEROUS_PLAN)
    return naxios.key(user="who@example.com")


def test_an_account_is_on_the_free_plan_and_gets_a_link_to_choose_a_password(naxios: Server) -> None:
    made = naxios.cli("user", "create", "New@Example.com")

    assert (made["email"], made["staff"], made["standing"], made["plan"]) == (
        "new@example.com",
        False,
        "active",
        "free",
    )
    assert made["set_password_link"].startswith("http://127.0.0.1:8000/accounts/password/reset/key/")


def test_an_account_can_be_staff_and_on_another_plan(naxios: Server, key: str) -> None:
    made = naxios.cli("user", "create", "staff@example.com", "--staff", "--plan", "test")

    assert (made["staff"], made["plan"], made["limits"]["tokens_per_day"]) == (True, "test", 1_000_000_000)


def test_links_lead_to_where_naxios_is_reached(naxios: Server) -> None:
    made = naxios.cli("user", "create", "far@example.com", NAXIOS_BASE_URL="https://llm.example.com/")

    assert made["set_password_link"].startswith("https://llm.example.com/accounts/")


@pytest.mark.parametrize("who", ["1", "who@example.com", "WHO@example.com", "{prefix}", "{key}"])
def test_an_account_is_found_by_id_address_or_key(naxios: Server, key: str, who: str) -> None:
    shown = naxios.cli("user", "show", who.format(prefix=key[:11], key=key))

    assert (shown["id"], shown["email"], shown["keys"]) == (1, "who@example.com", 1)


def test_a_beginning_that_keys_of_two_accounts_have_is_refused(naxios: Server, key: str) -> None:
    naxios.key(user="other@example.com")

    done = naxios.run("user", "show", "nx_")

    assert done.returncode == 1
    assert "More than one account has a key that begins with nx_" in done.stderr


def test_an_account_is_suspended_and_resumed_as_often_as_one_likes(naxios: Server, key: str) -> None:
    standings = [
        naxios.cli("user", verb, "who@example.com")["standing"] for verb in ("suspend", "suspend", "resume", "resume")
    ]

    assert standings == ["suspended", "suspended", "active", "active"]


def test_a_person_reads_names_and_values(naxios: Server, key: str) -> None:
    shown = naxios.run("user", "show", "who@example.com").stdout

    assert "plan          test\n" in shown
    assert "limits        tokens_per_day=1,000,000,000, requests_per_minute=-" in shown


def test_an_account_is_given_a_plan_and_bonus_tokens(naxios: Server) -> None:
    naxios.cli("user", "create", "given@example.com")

    given = naxios.cli(
        "user",
        "grant",
        "given@example.com",
        "--plan",
        "test",
        "--days",
        "30",
        "--bonus-tokens",
        "5000",
        "--note",
        "Thanks.",
    )

    [entitlement] = given["entitlements"]
    assert (given["plan"], given["plan_state"]) == ("test", "entitled")
    assert (entitlement["plan"], entitlement["source"], entitlement["state"]) == ("test", "staff", "in force")
    starts_at, ends_at = (datetime.fromisoformat(entitlement[name]) for name in ("starts_at", "ends_at"))
    assert ends_at - starts_at == timedelta(days=30)
    assert given["bonus_tokens"] == {"granted": 5_000, "used": 0, "left": 5_000}
    assert naxios.cli("user", "show", "given@example.com") == given


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        ((), 2, "Say what to give"),
        (("--plan", "nothing"), 1, "There is no plan 'nothing'."),
        (("--plan", "free"), 1, "The free plan is not granted"),
        (("--plan", "test", "--days", "0"), 2, "0 is not in the range"),
        (("--plan", "test", "--bonus-tokens", str(10**16)), 1, "A bonus has 1 to"),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_is_given(
    naxios: Server, options: tuple[str, ...], code: int, why: str
) -> None:
    before = naxios.cli("user", "show", "who@example.com")

    done = naxios.run("user", "grant", "who@example.com", *options)

    assert (done.returncode, why in done.stderr) == (code, True), done.stderr
    assert naxios.cli("user", "show", "who@example.com") == before
