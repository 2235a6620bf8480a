"""``naxios key``: create, list, rotate, expire and revoke keys."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from naxios.cli.output import json_option, show

if TYPE_CHECKING:
    from naxios.keys.models import ApiKey

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class _Duration(click.ParamType[timedelta]):
    """``90s``, ``15m``, ``1h``, ``7d``, or 0."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        match = re.fullmatch(r"([0-9]{1,6})([smhd]?)", str(value))
        if match is None or (not match[2] and match[1] != "0"):
            self.fail(f"{value!r} is not a duration such as 90s, 15m, 1h or 7d.", param, ctx)
        return timedelta(**{_UNITS[match[2] or "s"]: int(match[1])})


class _Tag(click.ParamType[tuple[str, str]]):
    """``name=value``."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, separator, tagged = str(value).partition("=")
        if not name or not separator:
            self.fail(f"{value!r} is not name=value.", param, ctx)
        return name, tagged


_LIMIT = click.IntRange(1)
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def key() -> None:
    """API keys."""


@key.command(epilog="Prints the secret once; only its hash is kept.")
@click.option("--user", "who", required=True, help="The account: id, e-mail address or the beginning of a key.")
@click.option("--name", required=True, help="What the key is called in lists.")
@click.option("--tokens-per-day", type=_LIMIT, help="Standard tokens in a UTC day.")
@click.option("--requests-per-minute", type=_LIMIT)
@click.option("--tokens-per-minute", type=_LIMIT, help="Standard tokens in a minute.")
@click.option("--concurrency", type=_LIMIT, help="Requests at the same time.")
@click.option("--models", help="Only these models, comma-separated; patterns such as openai/* count.")
@click.option("--tag", "tags", multiple=True, type=_Tag(), help="Metadata of yours; may be given several times.")
@click.option("--expires", type=_MOMENT, help="Refused from this moment on (UTC).")
@json_option
def create(
    who: str,
    name: str,
    tokens_per_day: int | None,
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    concurrency: int | None,
    models: str | None,
    tags: tuple[tuple[str, str], ...],
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make a key."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts.queries import find
    from naxios.domain.limits import Limits
    from naxios.keys import services

    made, secret = services.create(
        user=find(who),
        name=name,
        limits=Limits(tokens_per_day, requests_per_minute, tokens_per_minute, concurrency),
        allowed_models=[pattern.strip() for pattern in models.split(",")] if models is not None else ["*"],
        tags=dict(tags),
        expires_at=expires.replace(tzinfo=UTC) if expires else None,
    )
    _show_secret(made, secret, as_json)


@key.command("list")
@click.option("--user", "who", required=True, help="The account: id, e-mail address or the beginning of a key.")
@json_option
def list_(who: str, as_json: bool) -> None:
    """List an account's keys, newest first."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts.queries import find
    from naxios.keys import queries

    rows = [_described(one) for one in queries.of_user(find(who).pk)]
    if not as_json:
        rows = [{name: row[name] for name in ("id", "name", "prefix", "standing", "last_used_at")} for row in rows]
    show(rows, as_json=as_json, empty="No keys yet. `naxios key create` makes one.")


@key.command(epilog="Limits, usage and id stay; only the secret changes.")
@click.argument("key_id", metavar="ID", type=int)
@click.option("--grace", type=_Duration(), default="0", show_default=True, help="How long the old secret still works.")
@json_option
def rotate(key_id: int, grace: timedelta, as_json: bool) -> None:
    """Give a key a new secret."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.keys import queries, services

    found = queries.by_id(key_id)
    _show_secret(found, services.rotate(key=found, grace=grace), as_json)


@key.command(epilog="A later --at lets an expired key work again.")
@click.argument("key_id", metavar="ID", type=int)
@click.option("--at", type=_MOMENT, help="Refused from this moment on (UTC); without it, from now on.")
@json_option
def expire(key_id: int, at: datetime | None, as_json: bool) -> None:
    """Set when a key ends."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.keys import queries, services

    found = queries.by_id(key_id)
    services.expire(key=found, at=at.replace(tzinfo=UTC) if at else None)
    show(_described(found), as_json=as_json)


@key.command()
@click.argument("key_id", metavar="ID", type=int)
@json_option
def revoke(key_id: int, as_json: bool) -> None:
    """End a key for good; it stops working within a second."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.keys import queries, services

    found = queries.by_id(key_id)
    services.revoke(key=found)
    show(_described(found), as_json=as_json)


def _show_secret(made: "ApiKey", secret: str, as_json: bool) -> None:
    if as_json:
        show({**_described(made), "secret": secret}, as_json=True)
        return
    show(_described(made))
    click.echo("\nThe secret, shown only now:", err=True)
    click.echo(secret)


def _described(described: "ApiKey") -> dict[str, Any]:
    import msgspec
    from django.utils import timezone

    now = timezone.now()
    secrets = list(described.secrets.all())
    live = [secret.prefix for secret in secrets if secret.expires_at is None or secret.expires_at > now]
    standing = "active"
    if described.revoked_at is not None:
        standing = "revoked"
    elif not live or (described.expires_at is not None and described.expires_at <= now):
        standing = "expired"
    return {
        "id": described.pk,
        "name": described.name,
        "prefix": live or [secrets[-1].prefix],
        "standing": standing,
        "limits": {name: value for name, value in msgspec.to_builtins(described.limits).items() if value is not None},
        "models": described.allowed_models,
        "tags": described.tags,
        "created_at": described.created_at.isoformat(timespec="seconds"),
        "expires_at": described.expires_at.isoformat(timespec="seconds") if described.expires_at else None,
        "last_used_at": described.last_used_at.isoformat(timespec="seconds") if described.last_used_at else None,
    }
