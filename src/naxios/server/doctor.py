"""Everything that Naxios depends on, looked at from here and now: what works, what does not, what is not configured."""

import os
import shutil
from collections.abc import Iterator

from django.db import Error as DatabaseError
from django.db import connection

from naxios.catalogue import queries as catalogue
from naxios.config import Config
from naxios.domain.catalogue import ProviderKind
from naxios.domain.checks import Finding, Health
from naxios.encryption import CannotDecrypt
from naxios.server.providers import ask_models
from naxios.server.running import is_running
from naxios.staff import checkup

LITTLE_SPACE = 2**30
"""Bytes free below which the disk of the home directory is worth a word."""

DETECT = ("naxios providers detect > catalogue.toml", "naxios apply catalogue.toml")


def findings(config: Config) -> Iterator[Finding]:
    """One after the other, since some take seconds. The database has been opened before."""
    yield _home(config)
    yield _server(config)
    yield _database(config)
    yield _redis(config)
    yield from checkup.integrations()
    yield from _providers()


def _home(config: Config) -> Finding:
    free = shutil.disk_usage(config.home).free
    if not os.access(config.home, os.W_OK):
        return Finding("Home", Health.BROKEN, f"{config.home} cannot be written to. Give it to the user of Naxios.")
    if config.home.stat().st_mode & 0o077:
        return Finding("Home", Health.PARTLY, f"{config.home} is open to other users. Close it: chmod 700.")
    if free < LITTLE_SPACE:
        return Finding("Home", Health.PARTLY, f"{config.home} has {free // 2**20} MiB left. Make room on its disk.")
    return Finding("Home", Health.WORKS, f"{config.home}, with {free // 2**30} GiB free.")


def _server(config: Config) -> Finding:
    if is_running(config):
        return Finding("Server", Health.WORKS, f"Runs from this directory, at {config.address}.")
    return Finding("Server", Health.PARTLY, "No server runs from this directory. Start it: naxios serve")


def _database(config: Config) -> Finding:
    where = "SQLite, in the home directory" if config.uses_sqlite else "PostgreSQL"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()" if config.uses_sqlite else "SHOW server_version")
            [version] = cursor.fetchone()
    except DatabaseError as error:
        return Finding("Database", Health.BROKEN, f"{where} does not answer: {str(error).splitlines()[0]}")
    return Finding("Database", Health.WORKS, f"{where}, version {version}, up to date.")


def _redis(config: Config) -> Finding:
    if config.redis_url:
        text = "NAXIOS_REDIS_URL is set, and this version does not use it: limits are kept in the one server."
        return Finding("Redis", Health.PARTLY, text)
    text = "Not needed: limits are kept in the one server. This version has no use for Redis yet."
    return Finding("Redis", Health.NOT_CONFIGURED, text)


def _providers() -> Iterator[Finding]:
    names = [provider.name for provider in catalogue.listed_providers() if provider.kind != ProviderKind.ECHO]
    if not names:
        text = "Only the built-in demonstration answers. Two lines add what is in the environment or on this machine:"
        yield Finding("Providers", Health.NOT_CONFIGURED, text, DETECT)
    for name in names:
        yield _provider(name)


def _provider(name: str) -> Finding:
    subject = f"Provider {name}"
    try:
        asked = ask_models(catalogue.provider_snapshot(name))
    except CannotDecrypt:
        text = "Its credential cannot be read: NAXIOS_SECRET_KEY is another one than when it was saved. Apply it again."
        return Finding(subject, Health.BROKEN, text)
    outcome = asked.outcome[:1].upper() + asked.outcome[1:].rstrip(".") + "."
    return Finding(subject, Health.WORKS if asked.works else Health.BROKEN, outcome)
