"""``naxios apply``."""

import os
from pathlib import Path
from typing import Any

import click

from naxios.cli.output import json_option, show

_SIGNS = {"create": "+", "change": "~", "delete": "-"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--prune", is_flag=True, help="Delete models, providers and plans that the file does not mention.")
@json_option
def apply(file: Path, dry_run: bool, prune: bool, as_json: bool) -> None:
    """Bring providers, models and plans to what FILE declares. Doing it again changes nothing."""
    from naxios.server.migrate import open_database

    config = open_database()
    from naxios.catalogue import file as catalogue_file
    from naxios.catalogue import queries, services
    from naxios.errors import Refused

    known = frozenset(provider.name for provider in queries.listed_providers())
    try:
        text = file.read_text(encoding="utf-8")
        declared = catalogue_file.read(text, str(file), os.environ, known)
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text (byte {error.start}).") from None
    except catalogue_file.FileProblems as found:
        if as_json:
            show({"problems": found.problems}, as_json=True)
        for problem in found.problems:
            click.echo(problem, err=True)
        count = len(found.problems)
        raise Refused(f"nothing was applied: {count} problem{'s' if count > 1 else ''} in {file}") from None
    applied = services.apply(declared=declared, reach=config.reach(), prune=prune, dry_run=dry_run)
    if as_json:
        changes = [change._asdict() for change in applied.changes]
        show({"dry_run": dry_run, "changes": changes, "not_in_file": applied.not_in_file}, as_json=True)
        return
    for change in applied.changes:
        click.echo(f"{_SIGNS[change.action]} {change.kind} {change.name}")
        for name, (old, new) in change.fields.items():
            shown = _shown(new) if change.action == "create" else f"{_shown(old)} -> {_shown(new)}"
            click.echo(f"    {name}: {shown}")
    for unmentioned in applied.not_in_file:
        click.echo(f"  {unmentioned} is not in the file and stays (--prune deletes it)")
    done = "would change" if dry_run else "changed"
    click.echo(f"{len(applied.changes)} {done}." if applied.changes else "Nothing to change.")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
