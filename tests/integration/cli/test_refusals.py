"""What cannot be done is refused in one line that says why, with exit 1; what makes no sense is exit 2."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.serving import Server

DEV = ("--user", "dev@example.com")


@pytest.fixture(scope="module", autouse=True)
def _there_are_an_account_and_a_revoked_key(naxios: Server) -> None:
    naxios.key(user="dev@example.com")
    naxios.cli("key", "revoke", "1")
    naxios.key("--expires", "2999-01-01", user="dev@example.com")
    naxios.cli("key", "expire", "2")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("serve --workers 2", "needs limits in Redis and a PostgreSQL database"),
        ("serve --host 203.0.113.1", "cannot listen on 203.0.113.1:8000"),
        ("user create not-an-address", "valid email"),
        ("user create dev@example.com", "There is an account for dev@example.com already"),
        ("user create DEV@Example.com", "There is an account for dev@example.com already"),
        ("user create new@example.com --plan gold", "There is no plan 'gold'. There are: free"),
        ("user show nobody@example.com", "There is no account 'nobody@example.com'"),
        ("user show 4711", "There is no account '4711'"),
        ("user show 99999999999999999999", "There is no account"),
        ("user show nx_ZZZZZZZZ", "There is no account 'nx_ZZZZZZZZ'"),
        ("user suspend nobody@example.com", "There is no account"),
        ("user resume nobody@example.com", "There is no account"),
        ("key create --user nobody@example.com --name x", "There is no account"),
        ("key create --user dev@example.com --name ''", "1 to 100 characters"),
        (f"key create --user dev@example.com --name {'x' * 101}", "1 to 100 characters"),
        ("key create --user dev@example.com --name x --expires 2020-01-01", "end has to lie in the future"),
        ("key create --user dev@example.com --name x --models ''", "at least one model"),
        ("key create --user dev@example.com --name x --tokens-per-day 99999999999999999999", "whole number"),
        (f"key create --user dev@example.com --name x --tag {'x' * 65}=y", "at most 64 characters"),
        ("key create --user dev@example.com --name x" + "".join(f" --tag t{n}=" for n in range(17)), "at most 16 tags"),
        ("key list --user nobody@example.com", "There is no account"),
        ("key rotate 4711", "There is no key 4711"),
        ("key rotate 1", "Key 1 has been revoked. Create another."),
        ("key rotate 2", "Key 2 has expired"),
        ("key expire 4711", "There is no key 4711"),
        ("key expire 1", "Key 1 has been revoked"),
        ("key expire 2 --at 2020-01-01", "end has to lie in the future"),
        ("key revoke 4711", "There is no key 4711"),
        ("key revoke 99999999999999999999", "There is no key"),
        ("usage --user nobody@example.com", "There is no account"),
        ("usage --key 4711", "There is no key 4711"),
        ("usage --key 99999999999999999999", "There is no key"),
        ("providers test nope", "There is no provider 'nope'. There are: naxios"),
        ("providers test naxios", "is built in"),
    ],
)
def test_a_refusal_is_one_line_and_exit_1(naxios: Server, arguments: str, why: str) -> None:
    done = naxios.run(*_words(arguments))

    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("naxios: ")
    assert why in line


@pytest.mark.parametrize(
    "arguments",
    [
        "serve --workers 0",
        "serve --port 65536",
        "apply no-such-file.toml",
        "key create --user dev@example.com",
        "key create --user dev@example.com --name x --tokens-per-day 0",
        "key create --user dev@example.com --name x --expires tomorrow",
        "key create --user dev@example.com --name x --tag nothing",
        "key rotate 1 --grace 5",
        "key rotate 1 --grace -1h",
        "key expire one",
        "usage --by week",
        "usage --since yesterday",
    ],
)
def test_wrong_usage_is_exit_2(naxios: Server, arguments: str) -> None:
    done = naxios.run(*_words(arguments))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: naxios ")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("NAXIOS_LOG_FORMAT", "xml", "console or json, not 'xml'"),
        ("NAXIOS_LOG_LEVEL", "loud", "debug, info, warning or error, not 'loud'"),
        ("NAXIOS_DRAIN_SECONDS", "soon", "a whole number of at least 0, not 'soon'"),
        ("NAXIOS_MAX_BODY_BYTES", "-1", "a whole number of at least 0, not '-1'"),
        ("NAXIOS_ALLOW_PRIVATE_PROVIDERS", "perhaps", "true or false, not 'perhaps'"),
        ("NAXIOS_BASE_URL", "llm.example.com", "such as https://llm.example.com, not 'llm.example.com'"),
        ("NAXIOS_EMAIL_URL", "post.example.com", "smtp://USER:PASSWORD@HOST:PORT"),
        ("NAXIOS_DATABASE_URL", "mysql://db.example.com/naxios", "starts with postgres://"),
        ("NAXIOS_DATABASE_URL", "postgres://", "postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("NAXIOS_DATABASE_URL", "postgres://naxios:pa55word@127.0.0.1:port/naxios", "cannot be read"),
        ("NAXIOS_DATABASE_URL", "postgres://naxios:pa55word@127.0.0.1:1/naxios", "NAXIOS_DATABASE_URL) cannot be used"),
        ("NAXIOS_HOME", "/dev/null", "NAXIOS_HOME (/dev/null) cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(untouched: Server, name: str, value: str, why: str) -> None:
    done = untouched.run("models", "list", **{name: value})

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("naxios: ")
    assert why in line
    assert "pa55word" not in line


def test_a_database_that_is_none_is_named(untouched: Server) -> None:
    untouched.home.mkdir()
    file = untouched.home / "naxios.sqlite3"
    file.write_text("not a database " * 100)

    done = untouched.run("models", "list")

    assert (done.returncode, done.stderr) == (
        1,
        f"naxios: The database ({file}) cannot be used: file is not a database\n",
    )


def test_a_database_that_fails_in_the_middle_is_told_in_one_line(untouched: Server) -> None:
    untouched.cli("models", "list")
    with closing(sqlite3.connect(untouched.home / "naxios.sqlite3")) as database:
        database.execute("ALTER TABLE catalogue_model RENAME TO elsewhere")

    done = untouched.run("models", "list")

    assert (done.returncode, done.stderr) == (
        1,
        "naxios: The database cannot be used: no such table: catalogue_model\n",
    )


def test_a_settings_file_that_is_not_text_is_named(untouched: Server, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")

    done = untouched.run("models", "list")

    assert (done.returncode, done.stderr) == (1, f"naxios: {tmp_path / '.env'} is not UTF-8 text\n")


def _words(arguments: str) -> list[str]:
    return ["" if word == "''" else word for word in arguments.split()]
