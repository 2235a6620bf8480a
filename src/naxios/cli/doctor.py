"""``naxios doctor``."""

import click

from naxios.cli.output import json_option, show

_MARKS = {"works": "✓", "works in part": "!", "does not work": "✗", "not configured": "·"}


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Check everything that Naxios depends on, and say what is not configured and how to configure it.

    Asks the database, Discord, Stripe, the mail server and each provider. Exits 1 if something does not work.
    """
    from naxios.server.migrate import open_database

    config = open_database()
    import msgspec

    from naxios.domain.checks import Health
    from naxios.server.doctor import findings

    found = []
    for finding in findings(config):
        found.append(finding)
        if not as_json:
            click.echo(f"{_MARKS[finding.health]} {finding.subject}: {finding.health}. {finding.text}")
            for line in finding.settings:
                click.echo(f"      {line}")
    if as_json:
        show(msgspec.to_builtins(found), as_json=True)
    if any(finding.health is Health.BROKEN for finding in found):
        context.exit(1)
