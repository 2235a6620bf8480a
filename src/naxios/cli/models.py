"""``naxios models``."""

import click

from naxios.cli.output import json_option, show


@click.group()
def models() -> None:
    """Models and their routes."""


@models.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the models that can be asked for."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.catalogue import queries

    rows = [
        {
            "model": model.name,
            "multiplier": model.multiplier,
            "context_tokens": model.context_tokens,
            "routes": [f"{route.provider.name}:{route.upstream_model}" for route in model.routes.all()],
            "demonstration": model.is_demonstration,
        }
        for model in queries.listed_models()
    ]
    show(rows, as_json=as_json)
