"""On which line of a TOML file something stands, which ``tomllib`` does not tell."""

import tomllib
from typing import Any

Path = tuple[str | int, ...]


class Lines:
    """Line numbers by path, such as ``("models", "gpt-5-mini", "routes", 0, "weight")``."""

    def __init__(self, known: dict[Path, int]) -> None:
        self._known = known

    def of(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing around it; 1 if nothing of it is in the file."""
        while path and path not in self._known:
            path = path[:-1]
        return self._known.get(path, 1)


def lines_of(text: str) -> Lines:
    """Line numbers of everything in ``text``, which has to be valid TOML.

    The file is taken apart statement by statement, a statement being as many lines as ``tomllib`` needs to
    understand it. What stands inside a value of several lines is on the statement's first line.
    """
    known: dict[Path, int] = {}
    table: Path = ()
    arrays: dict[Path, int] = {}
    lines = text.replace("\r\n", "\n").split("\n")  # not str.splitlines, which knows ends of lines that TOML does not
    start = 0
    while start < len(lines):
        end, statement = _statement(lines, start)
        is_header = lines[start].lstrip().startswith("[")
        if is_header:
            table = _header(statement, arrays)
            for length in range(1, len(table) + 1):
                known.setdefault(table[:length], start + 1)
        else:
            for path in _paths(statement):
                known.setdefault((*table, *path), start + 1)
        start = end
    return Lines(known)


def _statement(lines: list[str], start: int) -> tuple[int, dict[str, Any]]:
    for end in range(start + 1, len(lines) + 1):
        try:
            return end, tomllib.loads("\n".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
    return len(lines), {}


def _header(statement: dict[str, Any], arrays: dict[Path, int]) -> Path:
    path: list[str | int] = []
    inner: Any = statement
    while isinstance(inner, dict) and inner:
        name, inner = next(iter(inner.items()))
        path.append(name)
        if isinstance(inner, list):
            array = tuple(path)
            arrays[array] = arrays.get(array, -1) + 1
            path.append(arrays[array])
            inner = inner[0]
        elif tuple(path) in arrays:
            path.append(arrays[tuple(path)])
    return tuple(path)


def _paths(value: Any) -> list[Path]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    paths: list[Path] = []
    for name, inner in items:
        paths.append((name,))
        paths += [(name, *rest) for rest in _paths(inner)]
    return paths
