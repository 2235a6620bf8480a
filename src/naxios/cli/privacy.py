"""``naxios privacy``."""

import click

from naxios.cli.output import json_option, show


@click.group()
def privacy() -> None:
    """What is stored about people."""


@privacy.command()
@click.option("--check", is_flag=True, help="Only check that nothing is stored undeclared; exits 1 if something is.")
@json_option
def inventory(check: bool, as_json: bool) -> None:
    """List every stored field with its category, purpose, retention, export and deletion."""
    import django

    django.setup()
    from naxios.privacy import queries

    problems = queries.problems()
    if check:
        if as_json:
            show({"problems": problems}, as_json=True)
        for problem in problems:
            click.echo(problem, err=True)
        if problems:
            raise SystemExit(1)
        if not as_json:
            click.echo(f"All {len(queries.inventory())} stored fields are declared.")
        return
    show(queries.inventory(), as_json=as_json)
