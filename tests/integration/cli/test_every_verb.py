"""What all verbs have in common."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from naxios.cli import cli


def _verbs(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that name it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    for name, inner in command.commands.items():
        yield from _verbs(inner, (*path, name))


VERBS = dict(_verbs(cli))
NAMES = [" ".join(path) for path in VERBS]


def test_there_are_the_verbs_that_people_rely_on() -> None:
    assert set(NAMES) >= {
        "serve",
        "apply",
        "providers list",
        "providers detect",
        "providers test",
        "models list",
        "user create",
        "user show",
        "user grant",
        "user suspend",
        "user resume",
        "key create",
        "key list",
        "key rotate",
        "key expire",
        "key revoke",
        "usage",
        "usage reconcile",
        "privacy inventory",
    }


@pytest.mark.parametrize("path", VERBS, ids=NAMES)
def test_it_explains_itself(path: tuple[str, ...]) -> None:
    done = _run(*path, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: naxios {' '.join(path)} ")
    assert str(VERBS[path].help).splitlines()[0] in " ".join(done.stdout.split())
    assert done.stderr == ""


@pytest.mark.parametrize("command", VERBS.values(), ids=NAMES)
def test_it_can_print_json(command: click.Command) -> None:
    [option] = [parameter for parameter in command.params if parameter.name == "as_json"]

    assert option.opts == ["--json"]


@pytest.mark.parametrize(
    "words", [(), ("bogus",), ("serve", "--bogus"), ("key",), ("key", "revoke"), ("user", "create")]
)
def test_wrong_usage_exits_2(words: tuple[str, ...]) -> None:
    done = _run(*words)

    assert done.returncode == 2
    assert "Usage: naxios" in done.stderr


def test_the_version_is_told() -> None:
    from naxios import __version__

    assert _run("--version").stdout == f"{__version__}\n"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "naxios", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
