"""``naxios privacy inventory``: every stored field, and a check that none is missing."""

from tests.serving import Server


def test_every_stored_field_is_listed_with_purpose_and_retention(naxios: Server) -> None:
    fields = naxios.cli("privacy", "inventory")

    email = next(row for row in fields if (row["place"], row["field"]) == ("accounts.User", "email"))
    assert email == {
        "place": "accounts.User",
        "field": "email",
        "category": "account details",
        "purpose": "signing in, and reaching the person",
        "retention": "as long as the account exists",
        "export": True,
        "deletion": "erased with the account",
    }
    assert {"file", "log", "cookie", "local storage", "journal UsageEntry"} <= {row["place"] for row in fields}


def test_the_check_passes_and_says_how_much_is_declared(naxios: Server) -> None:
    done = naxios.run("privacy", "inventory", "--check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" stored fields are declared.\n")
    assert naxios.cli("privacy", "inventory", "--check") == {"problems": []}
