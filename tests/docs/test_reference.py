"""Reference tables are complete and say nothing that is not so: each is compared with the source that it describes."""

import json
import os
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import click
import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from naxios import config
from naxios.abuse.policy import Policy, Weights
from naxios.api.views.rest import api
from naxios.catalogue import file as catalogue_file
from naxios.cli import cli
from naxios.domain.inventory import Category
from naxios.domain.usage import UsageSource
from naxios.gateway import metrics
from naxios.mail import smtp_url
from naxios.privacy import queries as privacy
from tests.docs import markdown
from tests.docs.codes import problems, refusals
from tests.docs.command_line import OF_READERS

SOURCE = markdown.ROOT / "src" / "naxios"
DOCS = markdown.ROOT / "docs"
ARCHITECTURE = DOCS / "architecture.md"
CATALOGUE = DOCS / "operators" / "catalogue.md"
COMMANDS = DOCS / "operators" / "commands.md"
CONFIGURATION = DOCS / "operators" / "configuration.md"
LIMITS_AND_ERRORS = DOCS / "developers" / "limits-and-errors.md"
MAIL = DOCS / "operators" / "mail.md"
MANAGEMENT_API = DOCS / "developers" / "management-api.md"
PRIVACY = DOCS / "privacy.md"
USAGE = DOCS / "operators" / "usage.md"

_VARIABLE = re.compile(r"\bNAXIOS_[A-Z_]+[A-Z]\b")
TLS = {"in the clear": (False, False), "STARTTLS": (True, False), "TLS from the start": (False, True)}
PLACES = {
    "site_name": "site.name",
    "site_logo": "site.logo",
    "site_accent": "site.css",
    "contact_email": "site.contact",
}
"""Where the configuration keeps a variable that it does not keep under the variable's own name."""


def test_every_variable_is_in_the_table() -> None:
    rows = markdown.table(CONFIGURATION, "Variables")

    assert sorted(name for name, *_ in rows) == sorted(f"`{name}`" for name in _variables())


def test_a_variable_has_the_default_that_the_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() & _variables():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    rows = markdown.table(CONFIGURATION, "Variables")

    loaded = config.load.__wrapped__()

    for name, default, _ in rows:
        variable = name.strip("`").removeprefix("NAXIOS_").lower()
        value = attrgetter(PLACES.get(variable, variable))(loaded)
        written = markdown.code(default)
        if written is None:
            assert not value or default.startswith("made"), name
        else:
            assert written in (str(value), str(value).lower(), os.path.relpath(str(value))), name


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_a_document_names_only_variables_that_there_are(document: Path) -> None:
    named = set(_VARIABLE.findall(document.read_text()))

    assert named - _variables() - OF_READERS == set()


def test_every_refusal_is_in_the_table() -> None:
    rows = markdown.table(LIMITS_AND_ERRORS, "Every code")

    assert {(status, markdown.code(code)) for status, code, *_ in rows} == refusals(SOURCE)


def test_every_operation_of_the_management_api_is_in_the_table() -> None:
    rows = markdown.table(MANAGEMENT_API, "What it can do")
    paths = api.get_openapi_schema()["paths"]

    there = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert sorted(name for name, *_ in rows) == sorted(f"`{operation}`" for operation in there)


def test_every_problem_of_the_management_api_is_in_the_table() -> None:
    rows = markdown.table(MANAGEMENT_API, "Errors")

    assert {(status, markdown.code(code)) for status, code, *_ in rows} == problems(SOURCE)


@pytest.mark.parametrize(
    ("heading", "entry", "least"),
    [
        ("Providers", catalogue_file.ProviderEntry, {"kind": "openai", "base_url": "https://llm.example.com/v1"}),
        ("Models", catalogue_file.ModelEntry, {}),
        ("Routes", catalogue_file.RouteEntry, {"provider": "openai", "model": "gpt-5-mini"}),
        ("What routes cost", catalogue_file.CostEntry, {"input": "1", "output": "1", "currency": "usd"}),
        ("Plans", catalogue_file.PlanEntry, {}),
        ("Signs of misuse", Policy, {}),
        ("Weights", Weights, {}),
        ("Token packs", catalogue_file.TokenPackEntry, {"tokens": 1, "price_minor": 1, "currency": "usd"}),
    ],
)
def test_every_setting_of_the_catalogue_file_is_in_its_table(
    heading: str, entry: type[BaseModel], least: dict[str, Any]
) -> None:
    rows = markdown.table(CATALOGUE, heading)
    required = [markdown.code(name) for name, default, _ in rows if default == "required"]
    defaults = {markdown.code(name): json.loads(value) for name, cell, _ in rows if (value := markdown.code(cell))}

    assert [markdown.code(name) for name, *_ in rows] == list(entry.model_fields)
    assert required == list(least)
    # Writing a default down changes nothing.
    assert entry.model_validate({**least, **defaults}) == entry.model_validate(least)


def test_every_command_is_in_the_table() -> None:
    rows = markdown.table(COMMANDS, "Commands")

    assert sorted(name for name, *_ in rows) == sorted(f"`{name}`" for name in _verbs("naxios", cli))


def test_every_way_to_reach_a_mail_server_is_in_the_table() -> None:
    rows = markdown.table(MAIL, "With a mail server")
    known = re.findall(r'"(smtp[a-z+]*)":', (SOURCE / "mail" / "smtp_url.py").read_text())

    assert [scheme for scheme, *_ in rows] == [f"`{scheme}://`" for scheme in known]
    for scheme, connection, port in rows:
        settings = smtp_url.settings_of(f"{markdown.code(scheme)}mail.example.com")
        assert settings["EMAIL_PORT"] == int(port)
        assert (settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == TLS[connection]


def test_every_metric_is_in_the_table() -> None:
    rows = markdown.table(USAGE, "Metrics")
    there = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]

    assert [markdown.code(name) for name, *_ in rows] == [_name(metric) for metric in there]


def test_every_source_of_token_counts_is_in_the_table() -> None:
    rows = markdown.table(USAGE, "Where the numbers come from")

    assert [markdown.code(name) for name, *_ in rows] == list(UsageSource)


def test_the_privacy_page_says_of_every_category_how_long_it_is_kept() -> None:
    rows = markdown.table(PRIVACY, "What is stored")
    about_people = [row for row in privacy.inventory() if row["category"] != Category.CONFIGURATION]

    assert {(category, kept) for category, _, kept in rows} == {
        (row["category"], row["retention"]) for row in about_people
    }


def test_every_room_of_the_house_is_in_the_architecture() -> None:
    rows = markdown.table(ARCHITECTURE, "The rooms")
    rooms = {directory.name for directory in SOURCE.iterdir() if (directory / "__init__.py").exists()}

    assert {markdown.code(name) for name, *_ in rows} == rooms


def test_every_file_that_the_architecture_names_is_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", ARCHITECTURE.read_text())

    assert named
    assert [path for path in named if not any((root / path).exists() for root in (SOURCE, markdown.ROOT))] == []


def _variables() -> set[str]:
    return set(_VARIABLE.findall((SOURCE / "config.py").read_text()))


def _verbs(path: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _verbs(f"{path} {name}", inner)


def _name(metric: MetricWrapperBase) -> str:
    """As it stands in what Prometheus reads."""
    family = next(iter(metric.collect()))
    return f"{family.name}_total" if family.type == "counter" else family.name
