"""Configuration from the environment (``NAXIOS_…``) and a ``.env`` in the working directory."""

import ipaddress
import json
import os
import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import environ

from naxios.branding import Site, site
from naxios.domain.addresses import Reach
from naxios.mail import smtp_url


class ConfigError(Exception):
    """A setting that cannot be used; the message says which, why and what would be right."""


@dataclass(frozen=True)
class Config:
    """Everything that the environment decides. One attribute for each ``NAXIOS_`` variable."""

    home: Path
    base_url: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    email_url: str = field(repr=False)
    email_from: str
    secret_key: str = field(repr=False)
    metrics_token: str = field(repr=False)
    log_level: str
    log_format: str
    allow_private_providers: bool
    drain_seconds: int
    max_body_bytes: int
    body_seconds: int
    header_seconds: int
    trusted_proxies: tuple[str, ...]
    discord_client_id: str = ""
    discord_client_secret: str = field(default="", repr=False)
    discord_bot_token: str = field(default="", repr=False)
    discord_guild_id: tuple[str, ...] = ()
    discord_role_id: str = ""
    discord_min_account_days: int = 0
    discord_grace_hours: int = 72
    discord_invite_url: str = ""
    discord_status_channel_id: str = ""
    discord_api_url: str = "https://discord.com/api"
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: tuple[str, ...] = field(default=(), repr=False)
    stripe_api_url: str = "https://api.stripe.com"
    stripe_tax: bool = False
    billing_grace_days: int = 7
    manual_invoices: bool = False
    invoice_instructions: str = ""
    lapse_notice_days: int = 3
    site: Site = field(default_factory=Site, repr=False)

    @property
    def journal_directory(self) -> Path:
        """Where the gateway's journal segments lie."""
        return self.home / "journal"

    @property
    def running_file(self) -> Path:
        """Names the running server's address, for the command line on the same machine."""
        return self.home / "running.json"

    @property
    def address(self) -> str:
        """Where people reach this Naxios: as configured, else the running server's address, else the default one.

        Links in mails begin with it, never with what a request says about itself.
        """
        if self.base_url:
            return self.base_url
        try:
            return str(json.loads(self.running_file.read_text())["url"])
        except (OSError, ValueError, KeyError):
            return "http://127.0.0.1:8000"

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is the embedded default."""
        return not self.database_url

    @property
    def discord_is_configured(self) -> bool:
        """Whether people can sign in with Discord, and its membership verifies them."""
        return bool(self.discord_client_id and self.discord_client_secret and self.discord_guild_id)

    @property
    def stripe_is_configured(self) -> bool:
        """Whether plans can be paid through Stripe."""
        return bool(self.stripe_secret_key and self.stripe_webhook_secret)

    def reach(self, bound_to: str | None = None) -> Reach:
        """How far inwards provider URLs may point while the server is bound to ``bound_to`` (``None``: no server)."""
        if self.allow_private_providers:
            return Reach.PRIVATE
        return Reach.LOOPBACK if bound_to is None or is_loopback(bound_to) else Reach.PUBLIC


@lru_cache(maxsize=1)
def load() -> Config:
    """The configuration of this process; reads the environment once.

    Raises
    ------
    ConfigError
        A variable has a value that cannot be used.
    """
    if Path(".env").is_file():
        try:
            environ.Env.read_env(".env", overwrite=False)
        except UnicodeDecodeError:
            raise ConfigError(f"{Path('.env').absolute()} is not UTF-8 text") from None
    home = Path(_text("NAXIOS_HOME") or "naxios-data").expanduser().absolute()
    log_format = _text("NAXIOS_LOG_FORMAT", "console")
    if log_format not in ("console", "json"):
        raise ConfigError(f"NAXIOS_LOG_FORMAT is console or json, not {log_format!r}")
    log_level = _text("NAXIOS_LOG_LEVEL", "info").lower()
    if log_level not in ("debug", "info", "warning", "error"):
        raise ConfigError(f"NAXIOS_LOG_LEVEL is debug, info, warning or error, not {log_level!r}")
    return Config(
        home=home,
        base_url=_base_url(),
        database_url=_database_url(),
        redis_url=_text("NAXIOS_REDIS_URL"),
        email_url=_email_url(),
        email_from=_text("NAXIOS_EMAIL_FROM", "naxios@localhost"),
        secret_key=_text("NAXIOS_SECRET_KEY") or _stored_secret(home),
        metrics_token=_text("NAXIOS_METRICS_TOKEN"),
        log_level=log_level,
        log_format=log_format,
        allow_private_providers=_boolean("NAXIOS_ALLOW_PRIVATE_PROVIDERS"),
        drain_seconds=_whole("NAXIOS_DRAIN_SECONDS", 30),
        max_body_bytes=_whole("NAXIOS_MAX_BODY_BYTES", 32 * 1024 * 1024),
        body_seconds=_whole("NAXIOS_BODY_SECONDS", 60),
        header_seconds=_whole("NAXIOS_HEADER_SECONDS", 15),
        trusted_proxies=_trusted_proxies(),
        discord_client_id=_text("NAXIOS_DISCORD_CLIENT_ID"),
        discord_client_secret=_text("NAXIOS_DISCORD_CLIENT_SECRET"),
        discord_bot_token=_text("NAXIOS_DISCORD_BOT_TOKEN"),
        discord_guild_id=_snowflakes("NAXIOS_DISCORD_GUILD_ID"),
        discord_role_id=_snowflake("NAXIOS_DISCORD_ROLE_ID"),
        discord_min_account_days=_whole("NAXIOS_DISCORD_MIN_ACCOUNT_DAYS", 0),
        discord_grace_hours=_whole("NAXIOS_DISCORD_GRACE_HOURS", 72),
        discord_invite_url=_page_url("NAXIOS_DISCORD_INVITE_URL"),
        discord_status_channel_id=_snowflake("NAXIOS_DISCORD_STATUS_CHANNEL_ID"),
        discord_api_url=_service_url("NAXIOS_DISCORD_API_URL", "https://discord.com/api"),
        stripe_secret_key=_text("NAXIOS_STRIPE_SECRET_KEY"),
        stripe_webhook_secret=_listed("NAXIOS_STRIPE_WEBHOOK_SECRET"),
        stripe_api_url=_service_url("NAXIOS_STRIPE_API_URL", "https://api.stripe.com"),
        stripe_tax=_boolean("NAXIOS_STRIPE_TAX"),
        billing_grace_days=_whole("NAXIOS_BILLING_GRACE_DAYS", 7),
        manual_invoices=_manual_invoices(),
        invoice_instructions=_text("NAXIOS_INVOICE_INSTRUCTIONS"),
        lapse_notice_days=_whole("NAXIOS_LAPSE_NOTICE_DAYS", 3),
        site=_site(),
    )


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address to bind to) is reachable from this machine only."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def origin_of(url: str) -> str:
    """Scheme, host and port of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_address(host: str) -> bool:
    """Whether ``host`` is an address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _text(name: str, default: str = "") -> str:
    # Not by django-environ, which takes a value that begins with $ for the name of another variable.
    return os.environ.get(name, default)


def _base_url() -> str:
    url = _text("NAXIOS_BASE_URL").rstrip("/")
    if url and not re.fullmatch(r"https?://[^/?#\s@]+", url):
        raise ConfigError(f"NAXIOS_BASE_URL is an address such as https://llm.example.com, not {url!r}")
    return url


def _database_url() -> str:
    url = _text("NAXIOS_DATABASE_URL")
    if url and not url.startswith(("postgres://", "postgresql://")):
        raise ConfigError("NAXIOS_DATABASE_URL starts with postgres://; leave it out to use the embedded SQLite")
    try:
        named = not url or environ.Env.db_url_config(url)["NAME"]
    except (ValueError, KeyError, environ.ImproperlyConfigured):
        named = False
    if not named:  # the value stays untold: it may hold a password
        raise ConfigError("NAXIOS_DATABASE_URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE; it cannot be read")
    return url


def _email_url() -> str:
    url = _text("NAXIOS_EMAIL_URL")
    try:
        smtp_url.settings_of(url)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return url


def _listed(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(name).split(",") if part.strip())


def _snowflakes(name: str) -> tuple[str, ...]:
    ids = _listed(name)
    for id in ids:
        if not re.fullmatch(r"[0-9]{15,20}", id):
            raise ConfigError(f"{name} is one of Discord's ids, such as 81384788765712384, or several with commas")
    return ids


def _snowflake(name: str) -> str:
    ids = _snowflakes(name)
    if len(ids) > 1:
        raise ConfigError(f"{name} is one id only, not {len(ids)}")
    return ids[0] if ids else ""


def _page_url(name: str) -> str:
    url = _text(name)
    if url and not re.fullmatch(r"https?://[^\s\"<>@]+", url):
        raise ConfigError(f"{name} is an address that people can open, not {url!r}")
    return url


def _service_url(name: str, default: str) -> str:
    url = _text(name, default).rstrip("/")
    if not re.fullmatch(r"https?://[^?#\s@]+", url):
        raise ConfigError(f"{name} is an address such as {default}, not {url!r}")
    return url


def _manual_invoices() -> bool:
    wanted = _boolean("NAXIOS_MANUAL_INVOICES")
    if wanted and not _text("NAXIOS_INVOICE_INSTRUCTIONS").strip():
        raise ConfigError("NAXIOS_MANUAL_INVOICES needs NAXIOS_INVOICE_INSTRUCTIONS: how an invoice is to be paid")
    return wanted


def _trusted_proxies() -> tuple[str, ...]:
    proxies = _listed("NAXIOS_TRUSTED_PROXIES")
    for proxy in proxies:
        if proxy != "*" and not _is_network(proxy):
            raise ConfigError(
                f"NAXIOS_TRUSTED_PROXIES lists addresses and networks such as 10.0.0.1,10.1.0.0/16, not {proxy!r}"
            )
    return proxies


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _stored_secret(home: Path) -> str:
    """The secret key under ``home``; made at first use, readable by its owner only."""
    try:
        return _secret_in(home)
    except OSError as error:
        raise ConfigError(f"NAXIOS_HOME ({home}) cannot be used: {error.strerror}. Choose another directory.") from None


def _secret_in(home: Path) -> str:
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = home / f"secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)  # unlike a rename, this cannot replace the key of a process that was faster
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _site() -> Site:
    try:
        return site(
            name=_text("NAXIOS_SITE_NAME"),
            contact=_text("NAXIOS_CONTACT_EMAIL"),
            logo=_text("NAXIOS_SITE_LOGO"),
            accent=_text("NAXIOS_SITE_ACCENT"),
        )
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _whole(name: str, default: int) -> int:
    text = _text(name, str(default))
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise ConfigError(f"{name} is a whole number of at least 0, not {text!r}")
    return value


def _boolean(name: str) -> bool:
    text = _text(name, "false").lower()
    if text not in ("true", "false", "1", "0", "yes", "no"):
        raise ConfigError(f"{name} is true or false, not {text!r}")
    return text in ("true", "1", "yes")
