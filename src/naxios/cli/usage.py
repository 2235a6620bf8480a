"""``naxios usage`` and ``naxios usage reconcile``."""

from datetime import UTC, datetime

import click

from naxios.cli.output import json_option, show


@click.group(invoke_without_command=True)
@click.option("--user", "who", help="Only this account: id, e-mail or key prefix.")
@click.option("--key", "key_id", type=int, help="Only the key with this id.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--by", type=click.Choice(["model", "key", "day"]), default="model", show_default=True)
@json_option
@click.pass_context
def usage(
    context: click.Context, who: str | None, key_id: int | None, since: datetime | None, by: str, as_json: bool
) -> None:
    """Requests and tokens, summed by model, key or day."""
    if context.invoked_subcommand is not None:
        return
    from naxios.server.migrate import open_database

    config = open_database()
    from naxios.accounts.queries import find
    from naxios.keys import queries as keys
    from naxios.usage import queries
    from naxios.usage.tasks import drain_journal

    drain_journal(config.journal_directory)
    user_id = find(who).pk if who else None
    if key_id is not None:
        keys.by_id(key_id)
    day = since.replace(tzinfo=UTC).date() if since else None
    rows = queries.totals(by=by, user_id=user_id, key_id=key_id, since=day)
    refused = queries.refusals(user_id=user_id, key_id=key_id, since=day)
    if as_json:
        show({"by": by, "totals": rows, "refusals": refused}, as_json=True)
        return
    show(rows, empty="No usage yet.")
    if refused:
        click.echo("Refused: " + ", ".join(f"{count} x {code}" for code, count in refused.items()))


@usage.command()
@json_option
def reconcile(as_json: bool) -> None:
    """Check that journal, records, rollups and counters agree. Exits 1 if they do not."""
    from naxios.server.migrate import open_database

    config = open_database()
    from naxios.server.running import ask_counters
    from naxios.usage.reconcile import reconcile as check

    config.journal_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    report = check(config.journal_directory, lambda: ask_counters(config))
    if as_json:
        show({**report._asdict(), "agree": not report.differences}, as_json=True)
    else:
        counters = "no server running; rebuilt at the next start" if report.counters is None else str(report.counters)
        show(
            [
                {"what": "usage records", "count": report.records},
                {"what": "journal entries on their way", "count": report.pending},
                {"what": "damaged journal lines", "count": report.damaged},
                {"what": "counters compared", "count": counters},
                {"what": "differences", "count": len(report.differences)},
            ]
        )
        for difference in report.differences:
            click.echo(f"- {difference}")
        click.echo("Everything agrees." if not report.differences else "Not everything agrees.")
    if report.differences:
        raise SystemExit(1)


@usage.command()
@json_option
def rebuild(as_json: bool) -> None:
    """Make all sums (hours, days, months) anew from the usage records."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.usage import queries
    from naxios.usage.rebuild import rebuild as do

    do()
    records = queries.record_count()
    show({"records": records}, as_json=True) if as_json else click.echo(f"Usage records summed anew: {records:,}")
