"""Stripe's search language, as far as programs use it: fields and metadata that equal a text, joined by AND."""

import re
from collections.abc import Callable

from tests.stand_ins.stripe.call import Call
from tests.stand_ins.stripe.errors import Refused, not_modelled
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

_CLAUSE = re.compile(r"""\s*(\w+)(?:\[(["'])(.*?)\2\])?\s*:\s*(["'])(.*?)\4\s*""")


def searching(kind: str) -> Callable[[World, Call], Resource]:
    """The operation that searches objects of this kind. Unlike Stripe's, it knows at once what has changed."""

    def search(world: World, call: Call) -> Resource:
        wanted = [_clause(clause) for clause in re.split(r"\s+AND\s+", call.params["query"])]
        if call.params.get("page"):
            raise not_modelled("further pages of a search")
        alive = [one for one in reversed(world.store.all(kind)) if not one.get("deleted")]
        matching = [one for one in alive if all(_matches(one, *clause) for clause in wanted)]
        limit = call.params.get("limit", 10)
        return {
            "object": "search_result",
            "url": call.path,
            "has_more": len(matching) > limit,
            "next_page": None,
            "data": matching[:limit],
        }

    return search


def _clause(text: str) -> tuple[str, str | None, str]:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise Refused(f"We were unable to parse your search query: {text}", param="query")
    return match[1], match[3], match[5]


def _matches(resource: Resource, name: str, key: str | None, value: str) -> bool:
    found = resource.get(name)
    if key is not None:
        found = (found or {}).get(key)
    return found is not None and str(found) == value
