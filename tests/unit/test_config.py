"""The environment: what it may say, and that every mistake names its variable."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from naxios import config
from naxios.config import Config, ConfigError, is_loopback
from naxios.domain.addresses import Reach

CANARY = "canary-6b0e"
Load = Callable[..., Config]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty directory, and none of this process's own settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NAXIOS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load a configuration of its own from these variables; names without their ``NAXIOS_``."""

    def loaded(**variables: str) -> Config:
        for name, value in variables.items():
            monkeypatch.setenv(f"NAXIOS_{name}", value)
        config.load.cache_clear()
        try:
            return config.load()
        finally:
            config.load.cache_clear()

    return loaded


# What it may say


def test_nothing_has_to_be_said(load: Load, tmp_path: Path) -> None:
    loaded = load()

    assert loaded.home == tmp_path / "naxios-data"
    assert (loaded.base_url, loaded.database_url, loaded.redis_url) == ("", "", "")
    assert (loaded.log_level, loaded.log_format) == ("info", "console")
    assert loaded.uses_sqlite
    assert not loaded.allow_private_providers
    assert loaded.drain_seconds == 30


@pytest.mark.parametrize(
    ("variable", "value", "attribute", "read"),
    [
        ("BASE_URL", "https://llm.example.com/", "base_url", "https://llm.example.com"),
        ("BILLING_GRACE_DAYS", "0", "billing_grace_days", 0),
        ("STRIPE_TAX", "true", "stripe_tax", True),
        ("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old", "stripe_webhook_secret", ("whsec_new", "whsec_old")),
        ("BASE_URL", "http://localhost:8000", "base_url", "http://localhost:8000"),
        ("DATABASE_URL", "postgres://u:p@db:5432/naxios", "uses_sqlite", False),
        ("DATABASE_URL", "postgresql://db/naxios", "uses_sqlite", False),
        ("LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("LOG_FORMAT", "json", "log_format", "json"),
        ("ALLOW_PRIVATE_PROVIDERS", "true", "allow_private_providers", True),
        ("ALLOW_PRIVATE_PROVIDERS", "1", "allow_private_providers", True),
        ("ALLOW_PRIVATE_PROVIDERS", "No", "allow_private_providers", False),
        ("DRAIN_SECONDS", "0", "drain_seconds", 0),
        ("MAX_BODY_BYTES", "1000", "max_body_bytes", 1_000),
        ("TRUSTED_PROXIES", "10.0.0.1,10.0.0.2", "trusted_proxies", ("10.0.0.1", "10.0.0.2")),
        ("TRUSTED_PROXIES", " 10.1.0.0/16, ::1,", "trusted_proxies", ("10.1.0.0/16", "::1")),
        ("TRUSTED_PROXIES", "*", "trusted_proxies", ("*",)),
        ("METRICS_TOKEN", CANARY, "metrics_token", CANARY),
        ("SECRET_KEY", CANARY, "secret_key", CANARY),
        ("SECRET_KEY", "$5a/b$c", "secret_key", "$5a/b$c"),
        ("METRICS_TOKEN", "$token", "metrics_token", "$token"),
    ],
)
def test_a_variable_is_read(load: Load, variable: str, value: str, attribute: str, read: object) -> None:
    assert getattr(load(**{variable: value}), attribute) == read


def test_an_empty_home_is_the_default_and_not_the_working_directory(load: Load, tmp_path: Path) -> None:
    assert load(HOME="").home == tmp_path / "naxios-data"


def test_a_file_in_the_working_directory_is_read_and_the_environment_goes_before_it(load: Load, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NAXIOS_METRICS_TOKEN=$token\nNAXIOS_DRAIN_SECONDS=5\n")

    loaded = load(DRAIN_SECONDS="7")

    assert (loaded.metrics_token, loaded.drain_seconds) == ("$token", 7)
    os.environ.pop("NAXIOS_METRICS_TOKEN")


# Mistakes


@pytest.mark.parametrize(
    ("variable", "values"),
    [
        ("LOG_FORMAT", ["", "xml", "JSON "]),
        ("LOG_LEVEL", ["", "loud", "warn"]),
        ("DATABASE_URL", ["mysql://db/naxios", "sqlite:///x", "postgres:", "postgres://", "postgres://db:port/naxios"]),
        ("BASE_URL", ["llm.example.com", "ftp://example.com", "https://", "https://a.example.com/path", "https://a b"]),
        ("EMAIL_URL", ["smtp", "post://example.com", "smtp://host:port"]),
        ("ALLOW_PRIVATE_PROVIDERS", ["", "maybe", "2"]),
        ("DRAIN_SECONDS", ["", "-1", "soon", "1.5"]),
        ("MAX_BODY_BYTES", ["-1", "32M"]),
        ("BODY_SECONDS", ["-1", "x"]),
        ("HEADER_SECONDS", ["-1", "x"]),
        ("TRUSTED_PROXIES", ["nobody", "10.0.0.1,nobody", "10.0.0.1/33", "10.0.0.1/16"]),
        ("HOME", ["/dev/null/naxios"]),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(load: Load, variable: str, values: list[str]) -> None:
    for value in values:
        with pytest.raises(ConfigError, match=f"NAXIOS_{variable}"):
            load(**{variable: value})


@pytest.mark.parametrize("variable", ["DATABASE_URL", "EMAIL_URL"])
def test_a_mistake_around_a_password_does_not_tell_it(load: Load, variable: str) -> None:
    scheme = "postgres" if variable == "DATABASE_URL" else "smtp"

    for value in (f"{scheme}://u:{CANARY}@host:port/x", f"{scheme}://u:p@host:{CANARY}"):
        with pytest.raises(ConfigError) as found:
            load(**{variable: value})
        assert CANARY not in str(found.value)


def test_a_configuration_does_not_show_its_secrets(load: Load) -> None:
    loaded = load(
        SECRET_KEY=CANARY,
        METRICS_TOKEN=CANARY,
        EMAIL_URL=f"smtp://u:{CANARY}@host:25",
        DATABASE_URL=f"postgres://u:{CANARY}@db/naxios",
        REDIS_URL=f"redis://:{CANARY}@host",
    )

    assert CANARY not in repr(loaded)


# The secret key


def test_a_secret_key_is_made_once_and_kept_to_its_owner(load: Load, tmp_path: Path) -> None:
    first = load()
    stored = first.home / "secret_key"

    assert len(first.secret_key) >= 50
    assert load().secret_key == first.secret_key == stored.read_text()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.home.stat().st_mode) == 0o700
    assert [file.name for file in first.home.iterdir()] == ["secret_key"]


def test_a_secret_key_that_is_given_is_not_stored(load: Load) -> None:
    loaded = load(SECRET_KEY=CANARY)

    assert loaded.secret_key == CANARY
    assert not loaded.home.exists()


def test_a_directory_that_cannot_be_used_is_named(load: Load) -> None:
    with pytest.raises(ConfigError, match="/dev/null/naxios"):
        load(HOME="/dev/null/naxios")


# How far inwards providers may be


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.1", False),
        ("", False),
        ("example.com", False),
    ],
)
def test_a_server_that_only_this_machine_reaches_may_reach_this_machine(load: Load, host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert load().reach(host) is (Reach.LOOPBACK if loopback else Reach.PUBLIC)


def test_without_a_server_this_machine_may_be_reached(load: Load) -> None:
    assert load().reach() is Reach.LOOPBACK


@pytest.mark.parametrize("host", [None, "127.0.0.1", "0.0.0.0"])
def test_everything_may_be_reached_where_that_is_allowed(load: Load, host: str | None) -> None:
    assert load(ALLOW_PRIVATE_PROVIDERS="true").reach(host) is Reach.PRIVATE
