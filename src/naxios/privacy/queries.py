"""The data inventory as a whole, and whether it covers what the software really stores."""

import importlib
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.apps import apps
from django.conf import settings

import naxios
from naxios.accounts.inventory import COOKIES
from naxios.domain.inventory import Fields
from naxios.domain.journal import RefusalEntry, SharedKeyEntry, UsageEntry
from naxios.logs import LOG_FIELDS
from naxios.privacy.inventory import FILES
from naxios.usage.inventory import JOURNAL
from naxios.web.inventory import LOCAL_STORAGE

_STORED_IN_BROWSER = re.compile(r"""["'`](naxios-[a-z-]+)["'`]""")


class Place(NamedTuple):
    """Somewhere that data is stored: a table, the journal, the logs, a browser. ``stored`` are its fields by name."""

    name: str
    stored: frozenset[str]
    declared: Fields


def inventory() -> list[dict[str, Any]]:
    """Every declared field, one row each."""
    return [
        {"place": place.name, "field": name, **msgspec.to_builtins(declaration)}
        for place in [*places(), Place("file", frozenset(), FILES)]
        for name, declaration in place.declared.items()
    ]


def problems() -> list[str]:
    """What is stored and not declared, or declared and no longer there; empty if the inventory is right."""
    return [problem for place in places() for problem in problems_in(place)]


def problems_in(place: Place) -> list[str]:
    """The same for one place."""
    return [
        *(f"{place.name}.{name} is not declared" for name in sorted(place.stored - place.declared.keys())),
        *(f"{place.name}.{name} is declared, but gone" for name in sorted(place.declared.keys() - place.stored)),
    ]


def undeclared_files(home: Path) -> list[str]:
    """Files under ``home`` that no pattern of the inventory covers."""
    files = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    return sorted(str(file) for file in files if not any(_is_at(file, pattern) for pattern in FILES))


def places() -> list[Place]:
    """Everywhere that data is stored in fields."""
    return [
        *_tables(),
        *(Place(f"journal {entry.__name__}", _fields_of(entry), JOURNAL[entry.__name__]) for entry in _ENTRIES),
        Place("log", frozenset(LOG_FIELDS), LOG_FIELDS),  # logging drops whatever is not declared here
        Place("cookie", _COOKIES, COOKIES),
        Place("local storage", _local_storage(), LOCAL_STORAGE),
    ]


_COOKIES = frozenset({settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME})
_ENTRIES: tuple[type[msgspec.Struct], ...] = (UsageEntry, RefusalEntry, SharedKeyEntry)


def _tables() -> Iterator[Place]:
    declared: dict[str, Fields] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("naxios.") and find_spec(f"{app.name}.inventory"):
            declared |= getattr(importlib.import_module(f"{app.name}.inventory"), "MODELS", {})
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    for label in sorted(models.keys() | declared.keys()):
        stored: frozenset[str] = frozenset()
        if label in models:
            meta = models[label]._meta
            stored = frozenset(field.name for field in (*meta.concrete_fields, *meta.local_many_to_many))
        yield Place(label, stored, declared.get(label, {}))


def _is_at(file: Path, pattern: str) -> bool:
    if pattern.endswith("/**"):
        return file.is_relative_to(pattern.removesuffix("/**"))
    # Path.match alone compares from the right, so that any directory could hold a second `secret_key`.
    return len(file.parts) == len(Path(pattern).parts) and file.match(pattern)


def _fields_of(entry: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset({*entry.__struct_fields__, str(entry.__struct_config__.tag_field)})


def _local_storage() -> frozenset[str]:
    """Names that our scripts store in a browser: by convention strings that begin with ``naxios-``."""
    scripts = Path(naxios.__path__[0]).glob("*/static/**/*.js")
    return frozenset(name for script in scripts for name in _STORED_IN_BROWSER.findall(script.read_text()))
