"""Every object by its id, lists of them page by page, and what ``expand`` puts in place of an id."""

import secrets
import string
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from tests.stand_ins.stripe.errors import Refused, missing
from tests.stand_ins.stripe.parameters import Params

Resource = dict[str, Any]

_LETTERS = string.ascii_letters + string.digits
_DEEPEST = 4
_PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


class Store:
    """Objects in the order of their creation."""

    def __init__(self) -> None:
        self._objects: dict[str, Resource] = {}
        # Fields that are answered only when they are asked for: (kind, field) to what computes it.
        self.included: dict[tuple[str, str], Callable[[Resource], Any]] = {}

    def add(self, resource: Resource) -> Resource:
        assert resource["id"] not in self._objects, resource["id"]
        self._objects[resource["id"]] = resource
        return resource

    def remove(self, id_: str) -> None:
        del self._objects[id_]

    def find(self, id_: str | None) -> Resource | None:
        return self._objects.get(id_ or "")

    def get(self, kind: str, id_: str, param: str = "id") -> Resource:
        """The object, unless there is none or it was deleted: then Stripe's refusal, which names the parameter."""
        found = self._objects.get(id_)
        if found is None or found["object"] != kind or found.get("deleted"):
            raise missing(kind.replace("_", " ").replace(".", " "), id_, param)
        return found

    def all(self, kind: str, **wanted: Any) -> list[Resource]:
        """The objects of this kind, oldest first, whose fields are as wanted."""
        return [
            resource
            for resource in self._objects.values()
            if resource["object"] == kind and all(resource.get(name) == value for name, value in wanted.items())
        ]

    def expanded(self, resource: Resource, paths: Iterable[str]) -> Resource:
        """A copy with the objects that ``paths`` ask for in place of their ids."""
        answer = deepcopy(resource)
        for path in paths:
            steps = path.split(".")
            if len(steps) > _DEEPEST:
                raise Refused("You cannot expand more than 4 levels of a property.", param="expand")
            self._expand(answer, steps, path)
        return answer

    def _expand(self, at: Any, steps: list[str], path: str) -> None:
        if isinstance(at, list):
            for inner in at:
                self._expand(inner, steps, path)
            return
        if not steps or not isinstance(at, dict):
            return
        step, *rest = steps
        include = self.included.get((at.get("object", ""), step))
        if include is not None and step not in at:
            at[step] = deepcopy(include(at))
        elif step not in at:
            raise Refused(f"This property cannot be expanded ({path}).", param="expand")
        elif isinstance(at[step], str):
            found = self.find(at[step])
            if found is None:
                raise Refused(f"This property cannot be expanded ({path}).", param="expand")
            at[step] = deepcopy(found)
        self._expand(at[step], rest, path)


def page(url: str, found: list[Resource], params: Params, *, newest_first: bool = True) -> Resource:
    """A list as Stripe answers it: at most ``limit`` objects, after or before the one that is named."""
    params.read |= _PAGING
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused(
            "Invalid limit: must be between 1 and 100", code="parameter_invalid_integer", param="limit", saved=False
        )
    listed = [resource for resource in found if _created_within(resource, params.get("created"))]
    if newest_first:
        listed.reverse()
    ids = [resource["id"] for resource in listed]
    if after := params.get("starting_after"):
        start = _position(ids, after, "starting_after", found) + 1
        chosen = listed[start : start + limit]
        more = len(listed) > start + limit
    elif before := params.get("ending_before"):
        end = _position(ids, before, "ending_before", found)
        chosen = listed[max(0, end - limit) : end]
        more = end > limit
    else:
        chosen = listed[:limit]
        more = len(listed) > limit
    return {"object": "list", "url": url, "has_more": more, "data": chosen}


def whole(url: str, found: list[Resource]) -> Resource:
    """A list inside an object."""
    return {"object": "list", "url": url, "has_more": False, "data": found, "total_count": len(found)}


def filtered(found: list[Resource], params: Params, *names: str) -> list[Resource]:
    """Those whose fields equal the parameters that were given."""
    for name in names:
        if name in params:
            found = [resource for resource in found if resource.get(name) == params[name]]
    return found


def _position(ids: list[str], id_: str, param: str, found: list[Resource]) -> int:
    if id_ not in ids:
        raise missing(found[0]["object"].replace("_", " ") if found else "object", id_, param)
    return ids.index(id_)


def _created_within(resource: Resource, bounds: Any) -> bool:
    if bounds is None:
        return True
    created = resource["created"]
    if isinstance(bounds, int):
        return bool(created == bounds)
    return bool(
        created > bounds.get("gt", created - 1)
        and created >= bounds.get("gte", created)
        and created < bounds.get("lt", created + 1)
        and created <= bounds.get("lte", created)
    )
