"""The refusals and problems that the source can answer with, read from the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

from naxios.domain.limits import LimitName

LITERAL_ANSWERS = {("431", "headers_too_large")}
"""Written by the HTTP protocol byte for byte, before there is a gateway to make a refusal."""


def refusals(source: Path) -> set[tuple[str, str]]:
    """Status and code of every ``Refusal(…)`` and ``bad_request(…)`` in the gateway.

    A status that is no constant is a provider's; a code that is no constant has to be a limit's name.
    """
    found = set(LITERAL_ANSWERS)
    for file in (source / "gateway").rglob("*.py"):
        for call in _calls(ast.parse(file.read_text())):
            found |= set(_refusals_of(call))
    return found


def problems(source: Path) -> set[tuple[str, str]]:
    """Status and code of every ``_problem(…)`` of the management API; plain HTTP errors have a dictionary."""
    tree = ast.parse((source / "api" / "views" / "rest.py").read_text())
    found = set()
    for call in _calls(tree):
        if ast.unparse(call.func) == "_problem" and isinstance(call.args[1], ast.Constant):
            found.add((str(call.args[1].value), _constant(call.args[3])))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "codes":
            found |= {(str(status), code) for status, code in ast.literal_eval(node.value).items()}
    return found


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))


def _refusals_of(call: ast.Call) -> Iterator[tuple[str, str]]:
    assert isinstance(call.func, ast.Name)
    if call.func.id == "bad_request":
        codes = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        yield "400", _constant(codes[0]) if codes else "invalid_request"
    elif call.func.id == "Refusal":
        status, code = call.args[:2]
        shown = str(status.value) if isinstance(status, ast.Constant) else "the provider's"
        if isinstance(code, ast.Constant):
            yield shown, str(code.value)
        elif ast.unparse(code) == "state.name":
            yield from ((shown, name.value) for name in LimitName)
        elif ast.unparse(code) != "code":  # in bad_request itself
            raise AssertionError(f"{ast.unparse(call)}: which codes can this have?")


def _constant(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)
