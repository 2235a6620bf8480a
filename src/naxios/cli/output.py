"""How verbs print: aligned text for people, JSON for scripts."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

Verb = TypeVar("Verb", bound=Callable[..., Any])
Row = Mapping[str, Any]


def json_option(verb: Verb) -> Verb:
    """``--json``, as every verb has it; the verb gets ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(verb)


def show(
    content: Row | Sequence[Row], *, as_json: bool = False, empty: str = "Nothing yet.", err: bool = False
) -> None:
    """Print one thing as lines of name and value, or many as a table; ``empty`` is said of an empty list.

    ``err`` is for one thing beside what a verb prints for programs: it goes to standard error.
    """
    if as_json:
        click.echo(json.dumps(content, indent=2, default=str, ensure_ascii=False))
    elif isinstance(content, Mapping):
        width = max((len(name) for name in content), default=0)
        for name, value in content.items():
            click.echo(f"{name.replace('_', ' '):<{width}}  {_text(value)}", err=err)
    elif content:
        _table(content)
    else:
        click.echo(empty)


def _table(rows: Sequence[Row]) -> None:
    columns = list(rows[0])
    cells = [[column.replace("_", " ") for column in columns]]
    cells += [[_text(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    to_the_right = [all(isinstance(row[column], int) for row in rows) for column in columns]
    for line in cells:
        aligned = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, to_the_right, strict=True)
        ]
        click.echo("  ".join(aligned).rstrip())


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_text(inner)}" for name, inner in value.items()) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(_text(inner) for inner in value) or "-"
    return str(value)
