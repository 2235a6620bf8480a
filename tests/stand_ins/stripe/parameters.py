"""Which parameters an endpoint takes, read from the types that Stripe's own library ships.

So a parameter that the API version does not know is refused here as Stripe refuses it, and texts of the form become
numbers and booleans.
"""

import ast
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.stand_ins.stripe.errors import Refused

_PLAIN = {"int", "bool", "float", "Decimal", "str"}
_COMMON = {"expand"}


@dataclass
class Field:
    """What one parameter may be."""

    required: bool = True
    kinds: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    nested: list[str] = field(default_factory=list)
    is_list: bool = False
    is_mapping: bool = False


_EXPAND = Field(required=False, kinds={"str"}, is_list=True)


class Params(dict[str, Any]):
    """Parameters that remember which of them were read; the rest would be ignored in silence."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.read: set[str] = set(_COMMON)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def ignore(self, *keys: str) -> None:
        """These change nothing that a test could see."""
        self.read.update(keys)

    @property
    def unread(self) -> list[str]:
        return sorted(set(self) - self.read)


def checked(name: str, given: dict[str, Any]) -> Params:
    """``given`` with numbers and booleans, for the operation ``name``, such as ``checkout.session_create``."""
    room, _, operation = name.rpartition(".")
    module = ".".join(["stripe", "params", *filter(None, [room]), f"_{operation}_params"])
    class_name = "".join(word.capitalize() for word in operation.split("_")) + "Params"
    return Params(_check(_schema(module), class_name, given, ""))


def _check(schema: dict[str, dict[str, Field]], class_name: str, given: dict[str, Any], path: str) -> dict[str, Any]:
    fields = schema[class_name]
    unknown = [_name(path, key) for key in given if key not in fields and (path or key not in _COMMON)]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise Refused(
            f"Received unknown parameter{plural}: {', '.join(unknown)}",
            code="parameter_unknown",
            param=unknown[0],
            saved=False,
        )
    for key, wanted in fields.items():
        if wanted.required and key not in given:
            missing = _name(path, key)
            raise Refused(f"Missing required param: {missing}.", code="parameter_missing", param=missing, saved=False)
    return {key: _value(schema, fields.get(key, _EXPAND), value, _name(path, key)) for key, value in given.items()}


def _value(schema: dict[str, dict[str, Field]], wanted: Field, value: Any, name: str) -> Any:
    if isinstance(value, dict) and wanted.is_list and all(key.isdigit() for key in value):
        single = replace(wanted, is_list=False)
        return [_value(schema, single, value[key], f"{name}[{key}]") for key in sorted(value, key=int)]
    if isinstance(value, dict):
        for nested in wanted.nested:
            return _check(schema, nested, value, name)
        if wanted.is_mapping:
            return value
        raise Refused("Invalid object", param=name, saved=False)
    if wanted.is_list and value not in wanted.choices:
        raise Refused("Invalid array", param=name, saved=False)
    return _plain(wanted, value, name)


def _plain(wanted: Field, value: str, name: str) -> Any:
    if value in wanted.choices:
        return value
    if "bool" in wanted.kinds and value in ("true", "false"):
        return value == "true"
    if "int" in wanted.kinds and value.lstrip("-").isdigit():
        return int(value)
    if wanted.choices and not wanted.kinds & {"int", "bool", "open"}:
        listed = sorted(filter(None, wanted.choices))
        raise Refused(f"Invalid {name}: must be one of {', '.join(listed)}", param=name, saved=False)
    if wanted.kinds & {"str", "open", "Decimal", "float"}:
        return value
    kind = "integer" if "int" in wanted.kinds else "boolean" if "bool" in wanted.kinds else "object"
    code = "parameter_invalid_integer" if kind == "integer" else None
    raise Refused(f"Invalid {kind}: {value}", code=code, param=name, saved=False)


def _name(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


@cache
def _schema(module: str) -> dict[str, dict[str, Field]]:
    found = find_spec(module)
    assert found is not None and found.origin is not None, f"the library has no {module}"
    classes = [node for node in ast.parse(Path(found.origin).read_text()).body if isinstance(node, ast.ClassDef)]
    return {
        class_.name: {
            node.target.id: _field(node.annotation)
            for node in class_.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for class_ in classes
    }


def _field(annotation: ast.expr) -> Field:
    found = Field()
    _read(annotation, found)
    if found.choices and "str" in found.kinds:
        found.kinds.discard("str")  # the library writes `Literal[…]|str` for a closed list that may grow
    return found


def _read(node: ast.expr, into: Field) -> None:
    match node:
        case ast.Constant(value=str(text)):
            _read(ast.parse(text, mode="eval").body, into)
        case ast.BinOp(left=left, right=right):
            _read(left, into)
            _read(right, into)
        case ast.Name(id=name):
            if name in _PLAIN:
                into.kinds.add(name)
            else:
                into.nested.append(name)
        case ast.Subscript(value=ast.Name(id=outer), slice=inner):
            _read_subscript(outer, inner, into)
        case _:
            into.kinds.add("open")


def _read_subscript(outer: str, inner: ast.expr, into: Field) -> None:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if outer == "NotRequired":
        into.required = False
    if outer == "List":
        into.is_list = True
    if outer == "Literal":
        into.choices |= {str(part.value) for part in parts if isinstance(part, ast.Constant)}
    elif outer in ("Dict", "UntypedStripeObject"):
        into.is_mapping = True
    else:
        for part in parts:
            _read(part, into)
