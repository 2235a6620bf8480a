"""``naxios code``: create, list, redeem, void and undo redemption codes."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from naxios.cli.output import json_option, show

if TYPE_CHECKING:
    from naxios.codes.models import Batch, Code, Redemption
    from naxios.codes.queries import ListedBatch

MANY = 5_000
"""From this many codes on, a terminal is shown how far their making is."""

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
_WHO = "The account: id, e-mail address or the beginning of a key."
_NUMBER = click.IntRange(1)


@click.group()
def code() -> None:
    """Redemption codes."""


@code.command(epilog="Prints the codes once, to standard output; only hashes of them are kept.")
@click.option("--plan", "plan_name", help="The plan that a code gives.")
@click.option("--days", type=_NUMBER, help="For how many days.")
@click.option("--tokens", type=_NUMBER, help="Bonus tokens that a code gives.")
@click.option("--bonus-days", type=_NUMBER, help="How long those can be used; without it, until they are used.")
@click.option("--count", type=_NUMBER, default=1, show_default=True, help="How many codes.")
@click.option("--max-uses", type=_NUMBER, default=1, show_default=True, help="How often each code can be redeemed.")
@click.option(
    "--per-account",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="How many of the codes one account can redeem; 0 for as many as it has.",
)
@click.option("--from", "valid_from", type=_MOMENT, help="Can be redeemed from this moment on (UTC).")
@click.option("--expires", type=_MOMENT, help="Can be redeemed until this moment (UTC).")
@click.option("--batch", "name", default="", help="What the batch of codes is called.")
@click.option("--note", default="", help="What staff should know about it.")
@json_option
def create(
    plan_name: str | None,
    days: int | None,
    tokens: int | None,
    bonus_days: int | None,
    count: int,
    max_uses: int,
    per_account: int,
    valid_from: datetime | None,
    expires: datetime | None,
    name: str,
    note: str,
    as_json: bool,
) -> None:
    """Make codes that give days of a plan, bonus tokens, or both."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.codes import queries, services

    is_watched = count >= MANY and sys.stderr.isatty()
    with click.progressbar(length=count, label="Making codes", file=sys.stderr, hidden=not is_watched) as bar:
        batch, written = services.create_batch(
            plan_name=plan_name,
            days=days,
            tokens=tokens,
            bonus_days=bonus_days,
            count=count,
            max_uses=max_uses,
            per_account=per_account or None,
            valid_from=valid_from.replace(tzinfo=UTC) if valid_from else None,
            valid_until=expires.replace(tzinfo=UTC) if expires else None,
            name=name,
            note=note,
            progress=bar.update,
        )
    described = _batch(queries.listed([batch])[0])
    if as_json:
        show({**described, "codes": written}, as_json=True)
        return
    show(described, err=True)
    click.echo("\nThe codes, shown only now:" if count > 1 else "\nThe code, shown only now:", err=True)
    click.echo("\n".join(written))


@code.command("list")
@click.option("--batch", "which", help="The codes of this batch, by its number or name.")
@click.option("--redemptions", is_flag=True, help="With --batch: who redeemed its codes.")
@json_option
def list_(which: str | None, redemptions: bool, as_json: bool) -> None:
    """List batches of codes, newest first, or what one has."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.codes import queries

    if which is None:
        if redemptions:
            raise click.UsageError("--redemptions are those of one batch: name it with --batch.")
        rows = [_batch(listed) for listed in queries.every_batch()]
        if not as_json:
            shown = ("batch", "name", "gives", "count", "redeemed", "standing")
            rows = [{name: row[name] for name in shown} for row in rows]
        show(rows, as_json=as_json, empty="No codes yet. `naxios code create` makes some.")
        return
    batch = queries.batch(which)
    if redemptions:
        show([_redemption(one) for one in queries.all_redemptions_of(batch)], as_json=as_json)
    else:
        show([_code(one) for one in queries.all_codes_of(batch)], as_json=as_json)


@code.command()
@click.argument("written", metavar="CODE")
@click.option("--user", "who", required=True, help=_WHO)
@json_option
def redeem(written: str, who: str, as_json: bool) -> None:
    """Redeem a code for an account."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts.queries import find
    from naxios.codes import services

    redeemed = services.redeem_for(user=find(who), code=written, actor=None)
    show(
        {
            "redemption": redeemed.number,
            "gives": redeemed.gives,
            "plan_from": _moment(redeemed.plan_from),
            "plan_until": _moment(redeemed.plan_until),
            "bonus_until": _moment(redeemed.bonus_until),
        },
        as_json=as_json,
    )


@code.command(epilog="What a code has given stays, unless it is taken back.")
@click.argument("written", metavar="[CODE]", required=False)
@click.option("--batch", "which", help="All codes of this batch, by its number or name, in place of one code.")
@click.option("--take-back", is_flag=True, help="With --batch: undo what its codes have given, too.")
@click.option("--why", default="", help="Why; with --take-back it is told to who redeemed them.")
@json_option
def void(written: str | None, which: str | None, take_back: bool, why: str, as_json: bool) -> None:
    """Let a code, or a whole batch, be redeemed no more."""
    if (written is None) == (which is None):
        raise click.UsageError("Name a code, or a batch with --batch.")
    if take_back and which is None:
        raise click.UsageError("--take-back is for a batch. `naxios code undo` undoes one redemption.")
    from naxios.server.migrate import open_database

    open_database()
    from naxios.codes import queries, services
    from naxios.errors import Refused

    if which is not None:
        batch = queries.batch(which)
        undone = services.void_batch(batch=batch, actor=None, take_back=take_back, why=why)
        batch.refresh_from_db()
        show({**_batch(queries.listed([batch])[0]), "undone": undone}, as_json=as_json)
        return
    found = queries.by_text(written or "")
    if found is None:
        raise Refused("There is no such code. `naxios code void --batch` voids a batch whose codes are not at hand.")
    services.void_code(code=found, actor=None, why=why)
    found.refresh_from_db()
    show(_code(found), as_json=as_json)


@code.command(epilog="`naxios code list --batch … --redemptions` shows numbers. What was used stays used.")
@click.argument("number", type=int)
@click.option("--why", required=True, help="Why; it is told to who redeemed the code.")
@click.option("--give-back", is_flag=True, help="The code can be redeemed again.")
@json_option
def undo(number: int, why: str, give_back: bool, as_json: bool) -> None:
    """End what a redemption gave."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.codes import queries, services
    from naxios.errors import Refused

    redemption = queries.redemption(number)
    if redemption is None:
        raise Refused(f"There is no redemption {number}. `naxios code list --batch … --redemptions` shows them.")
    if not services.undo_redemption(redemption=redemption, actor=None, why=why, give_back=give_back):
        raise Refused(f"Redemption {number} was undone before.")
    redemption.refresh_from_db()
    show(_redemption(redemption), as_json=as_json)


def _batch(listed: "ListedBatch") -> dict[str, Any]:
    batch: Batch = listed.batch
    return {
        "batch": batch.pk,
        "name": batch.name,
        "gives": batch.gives,
        "count": batch.count,
        "max_uses": batch.max_uses,
        "per_account": batch.per_account,
        "redeemed": listed.used,
        "standing": listed.standing,
        "valid_from": _moment(batch.valid_from),
        "expires_at": _moment(batch.valid_until),
        "note": batch.note,
        "created_at": _moment(batch.created_at),
    }


def _code(one: "Code") -> dict[str, Any]:
    return {"ends_in": one.end, "uses": one.uses, "max_uses": one.max_uses, "voided_at": _moment(one.voided_at)}


def _redemption(one: "Redemption") -> dict[str, Any]:
    return {
        "redemption": one.pk,
        "ends_in": one.code.end,
        "user": "-" if one.user is None else one.user.get_username(),
        "at": _moment(one.at),
        "plan_until": _moment(one.plan_until),
        "bonus_until": _moment(one.bonus_until),
        "undone_at": _moment(one.undone_at),
        "why": one.undone_why,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
