"""The data inventory covers what is really stored, and notices what it does not cover."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client

import naxios
from naxios.accounts import services as accounts
from naxios.domain.inventory import Category, Declaration, Deletion, Retention
from naxios.gateway.journal import Journal
from naxios.logs import LOG_FIELDS
from naxios.privacy import queries
from naxios.privacy.queries import Place

DECLARED = Declaration(Category.USAGE, "why", Retention.USAGE_PERIOD, export=True, deletion=Deletion.UNLINK)


@pytest.fixture
def forgotten_table() -> Iterator[None]:
    """A table that somebody added and did not declare."""

    class Forgotten(models.Model):
        prompt = models.TextField()

        class Meta:
            app_label = "usage"

    yield
    del apps.all_models["usage"][Forgotten._meta.model_name or ""]
    apps.clear_cache()


# The inventory is right


def test_everything_that_is_stored_is_declared_and_everything_declared_is_stored() -> None:
    assert queries.problems() == []


def test_every_kind_of_place_is_covered() -> None:
    names = {place.name for place in queries.places()}

    assert {"accounts.User", "keys.KeySecret", "usage.UsageRecord", "account.EmailAddress", "auth.Permission"} <= names
    assert {"accounts.User_groups", "sessions.Session", "catalogue.Provider", "plans.Entitlement"} <= names
    assert {"journal UsageEntry", "journal RefusalEntry", "log", "cookie", "local storage"} <= names


@pytest.mark.usefixtures("database")
def test_the_database_has_no_table_and_no_column_beside_them() -> None:
    declared = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    places = {place.name: place for place in queries.places()}

    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - {"django_migrations"}:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            fields = {field.column: field.name for field in declared[table]._meta.concrete_fields}
            assert {fields[column] for column in columns} <= places[declared[table]._meta.label].stored


@pytest.mark.usefixtures("database", "pages")
def test_the_site_sets_no_cookie_beside_them() -> None:
    accounts.create_user(email="dev@example.com", password="correct horse battery")
    client = Client()

    answers: list[HttpResponse] = [
        client.get("/"),
        client.get("/accounts/login/"),
        client.post("/accounts/login/", {"login": "dev@example.com", "password": "correct horse battery"}),
    ]

    [place] = [place for place in queries.places() if place.name == "cookie"]
    set_cookies = {name for answer in answers for name in answer.cookies}
    assert settings.SESSION_COOKIE_NAME in set_cookies
    assert set_cookies <= place.declared.keys()


def test_scripts_store_nothing_but_by_names_that_are_seen() -> None:
    [place] = [place for place in queries.places() if place.name == "local storage"]

    ours = [script for script in Path(naxios.__path__[0]).glob("*/static/**/*.js") if "vendor" not in script.parts]
    assert len(ours) > 3
    for script in ours:
        text = script.read_text()
        constants = dict(re.findall(r"const (\w+) = \"([^\"]+)\"", text))
        used = re.findall(r"Storage\.\w+Item\(([^,)]+)", text)
        assert {constants.get(name, name.strip("\"'`")) for name in used} <= place.declared.keys()
        assert not re.search(r"document\.cookie|indexedDB|Storage\[|sessionStorage", text)


@pytest.mark.usefixtures("database", "pages")
def test_the_vendored_htmx_is_told_to_remember_no_pages() -> None:
    assert b'"historyEnabled": false' in Client().get("/").content


def test_the_inventory_lists_every_declaration_once() -> None:
    rows = queries.inventory()

    assert len({(row["place"], row["field"]) for row in rows}) == len(rows)
    assert {"place": "log", "field": "event"}.items() <= next(
        row for row in rows if (row["place"], row["field"]) == ("log", "event")
    ).items()
    assert all(row["purpose"] and row["category"] and row["retention"] and row["deletion"] for row in rows)
    assert sum(row["place"] == "log" for row in rows) == len(LOG_FIELDS)


# It notices what is missing


@pytest.mark.usefixtures("forgotten_table")
def test_a_table_that_nobody_declared_is_found() -> None:
    assert queries.problems() == ["usage.Forgotten.id is not declared", "usage.Forgotten.prompt is not declared"]


@pytest.mark.parametrize(
    ("stored", "declared", "problems"),
    [
        ({"a"}, {"a"}, []),
        ({"a", "b"}, {"a"}, ["place.b is not declared"]),
        ({"a"}, {"a", "b"}, ["place.b is declared, but gone"]),
        ({"c", "b"}, {"d"}, ["place.b is not declared", "place.c is not declared", "place.d is declared, but gone"]),
    ],
)
def test_what_is_stored_and_what_is_declared_have_to_be_the_same(
    stored: set[str], declared: set[str], problems: list[str]
) -> None:
    place = Place("place", frozenset(stored), dict.fromkeys(declared, DECLARED))

    assert queries.problems_in(place) == problems


# Files


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("secret_key", "naxios.sqlite3", "naxios.sqlite3-wal", "running.json", "serve.lock"):
        (tmp_path / name).touch()
    Journal(tmp_path / "journal").close()
    (tmp_path / "journal" / "drain.lock").touch()
    return tmp_path


def test_the_files_of_a_running_server_are_declared(home: Path) -> None:
    assert queries.undeclared_files(home) == []


@pytest.mark.parametrize(
    "name", ["prompts.log", "journal/notes.txt", "backup/secret_key", "journal/old/1.journal", "naxios.sqlite3.bak"]
)
def test_a_file_that_nobody_declared_is_found(home: Path, name: str) -> None:
    (home / name).parent.mkdir(exist_ok=True)
    (home / name).touch()

    assert queries.undeclared_files(home) == [name]
