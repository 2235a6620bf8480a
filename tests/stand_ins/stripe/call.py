"""One request to the API, as its operation sees it."""

from dataclasses import dataclass
from typing import Any

from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.parameters import Params
from tests.stand_ins.stripe.store import Resource, Store


@dataclass
class Call:
    """``ids`` are the parts of the path that name objects."""

    method: str
    path: str
    ids: tuple[str, ...]
    params: Params

    @property
    def id(self) -> str:
        return self.ids[0]


def found(store: Store, kind: str, call: Call, param: str = "id") -> Resource:
    """The object that the path names."""
    return store.get(kind, call.id, param)


def merge_metadata(resource: Resource, given: Any) -> None:
    """Keys are set one by one; an empty value removes its key, an empty text all of them."""
    if given is None:
        return
    if given == "":
        resource["metadata"] = {}
        return
    merged = {**resource["metadata"], **given}
    resource["metadata"] = {key: value for key, value in merged.items() if value != ""}


def assign(resource: Resource, params: Params | Resource, *names: str) -> None:
    """Take over the parameters that were given; an empty text unsets."""
    for name in names:
        if name in params:
            resource[name] = None if params[name] == "" else params[name]


def require(params: Params, *names: str) -> None:
    for name in names:
        if name not in params:
            raise Refused(f"Missing required param: {name}.", code="parameter_missing", param=name, saved=False)
