"""On which line of a TOML file something stands, for every way there is to write it."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.catalogue.toml_lines import Path, lines_of


def line_of(text: str, *path: str | int) -> int:
    tomllib.loads(text)  # the examples have to be TOML
    return lines_of(text).of(path)


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1", ("a",), 1),
        ("a = 1\nb = 2", ("b",), 2),
        ("\n# a = 1\n\nb = 2", ("b",), 4),
        ("a.b = 1\na.c = 2", ("a", "c"), 2),
        ("a.b.c = 1", ("a", "b"), 1),
        ("a = { b = 1, c = { d = 2 } }", ("a", "c", "d"), 1),
        ("a = [1, 2]", ("a", 1), 1),
        ("[a]\nb = 1", ("a",), 1),
        ("[a]\nb = 1", ("a", "b"), 2),
        ("[a]\n[a.b]\nc = 1", ("a", "b", "c"), 3),
        ("[a.b]\nc = 1\n[a]\nd = 2", ("a", "d"), 4),
        ("[ a . 'b.c' ] # d = 1\ne = 2", ("a", "b.c", "e"), 2),
        ('[a."b]"]\nc = 1', ("a", "b]", "c"), 2),
        ("  [a]\n\tb = 1", ("a", "b"), 2),
        ('"a b" = 1', ("a b",), 1),
        ("'a\"' = 1", ('a"',), 1),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), 4),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1), 3),
        ("[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2", ("a", 1, "b", "c"), 6),
        ("[[a]]\n[[a.b]]\nc = 1\n[[a.b]]\nc = 2\n[[a]]\n[[a.b]]\nc = 3", ("a", 0, "b", 1, "c"), 5),
        ("[[a]]\n[[a.b]]\nc = 1\n[[a.b]]\nc = 2\n[[a]]\n[[a.b]]\nc = 3", ("a", 1, "b", 0, "c"), 8),
        ('a = """\nb = 1\n[c]\n"""\nd = 2', ("d",), 5),
        ('a = """\nb = 1\n[c]\n"""\nd = 2', ("a",), 1),
        ("a = '''\n'''\nb = 1", ("b",), 3),
        ('a = """one"""\nb = 1', ("b",), 2),
        ('a = """\\\n  one\\\n"""\nb = 1', ("b",), 4),
        ("a = [\n  1, # one\n\n  2,\n]\nb = 3", ("b",), 6),
        ('a = [\n  "]",\n  "[b]",\n]\nc = 3', ("c",), 5),
        ("a = [\n  { b = 1 },\n  { b = 2 },\n]\nc = 3", ("a", 1, "b"), 1),
        ("a = 1 # = [\nb = 2", ("b",), 2),
        ("a = 1\r\n\r\n[b]\r\nc = 2\r\n", ("b", "c"), 4),
        ("a = '\u2028'\n# \x85 \u2029\nb = 2", ("b",), 3),
        ("a = 1\n\n\n", ("a",), 1),
    ],
)
def test_the_line_of_something(text: str, path: Path, line: int) -> None:
    assert line_of(text, *path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("models", "m", "routes", 0, "provider"), 3),
        (("models", "m", "routes", 5), 3),
        (("models", "m", "colour"), 2),
        (("models", "other"), 2),
        (("models",), 2),
        (("plans", "free"), 1),
        ((), 1),
    ],
)
def test_what_is_not_there_is_on_the_line_of_what_is_around_it(path: Path, line: int) -> None:
    text = '# models\n[models.m]\nroutes = [ { model = "x" } ]\n'

    assert line_of(text, *path) == line


NAMES = st.sampled_from(["a", "b", '"c d"', "'e.f'", '"[g]"'])
VALUES = st.sampled_from(
    [
        "1",
        '"x"',
        "[1, 2]",
        "[\n 1,\n # c\n 2 ]",
        '"""\nx = 1\n[y]\n"""',
        "{ p = 1, q = [ { r = 2 } ] }",
        "''' '''",
        "[\n]",
    ]
)


@given(st.lists(st.tuples(st.sampled_from(["", "\n", "# [x]\n", "\n\n"]), NAMES, NAMES, VALUES), max_size=8))
def test_every_setting_is_found_on_the_line_on_which_it_was_written(written: list[tuple[str, str, str, str]]) -> None:
    text, lines = "", {}
    for before, section, name, value in written:
        text += f"{before}[[{section}]]\n"
        index = sum(path[0] == section for path in lines)
        lines[section, index] = text.count("\n") + 1
        text += f"{name} = {value}\n"
    content = tomllib.loads(text)

    found = lines_of(text)

    for (section, index), line in lines.items():
        plain = next(iter(tomllib.loads(f"{section} = 1")))
        assert found.of((plain, index, *content[plain][index])) == line
        assert found.of((plain, index)) == line - 1


@given(st.text(max_size=200))
def test_no_toml_is_an_error(text: str) -> None:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of(text)
    for path in _paths(content):
        assert 1 <= found.of(path) <= text.count("\n") + 1


def _paths(value: Any, path: Path = ()) -> list[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for name, below in items for inner in _paths(below, (*path, name)))]
