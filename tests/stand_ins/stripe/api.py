"""One request to the API from its headers to its answer: key, version, parameters, idempotency, operation."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.stand_ins.stripe import checkout, customers, invoice_calls, payments, renewals, tax_ids
from tests.stand_ins.stripe.call import Call
from tests.stand_ins.stripe.errors import Refused, not_modelled
from tests.stand_ins.stripe.forms import decode
from tests.stand_ins.stripe.idempotency import Keys
from tests.stand_ins.stripe.parameters import Params, checked
from tests.stand_ins.stripe.routes import Route, all_routes
from tests.stand_ins.stripe.shapes import API_VERSION
from tests.stand_ins.stripe.store import new_id
from tests.stand_ins.stripe.webhooks import Webhooks
from tests.stand_ins.stripe.world import Cause, World


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, Any]

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass
class Answered:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """The API of one account."""

    def __init__(self, world: World, webhooks: Webhooks, api_keys: set[str]) -> None:
        self._world = world
        self._api_keys = api_keys
        self._routes = all_routes(webhooks)
        self._keys = Keys()
        renewals.listen(world)
        for room in (checkout, customers, invoice_calls, payments, tax_ids):
            room.include(world)

    def answer(self, asked: Asked) -> Answered:
        """Whatever is asked, in Stripe's way."""
        id_ = new_id("req", 14)
        headers = {"Request-Id": id_, "Stripe-Version": API_VERSION}
        key = asked.idempotency_key if asked.method == "POST" else None
        if key:
            headers |= {"Idempotency-Key": key, "Original-Request": id_}
        try:
            self._authenticate(asked)
            kept = self._keys.recall(key, asked.path, asked.params, self._world.now()) if key else None
            if kept:
                return Answered(kept.status, kept.body, {**headers, "Idempotent-Replayed": "true"})
            with self._world.caused_by(Cause(id_, key)):
                status, body, saved = self._perform(asked)
        except Refused as refused:
            status, body, saved = refused.status, _encoded(refused.body), refused.saved
        if key and saved:
            self._keys.keep(key, asked.path, asked.params, self._world.now(), status, body)
        return Answered(status, body, headers)

    def _perform(self, asked: Asked) -> tuple[int, bytes, bool]:
        """Status and body, and whether the idempotency key keeps them."""
        route, ids = self._route(asked)
        params = checked(route.parameters, asked.params)
        try:
            found = route.operation(self._world, Call(asked.method, asked.path, ids, params))
            self._nothing_ignored(params)
            paths = params.get("expand", [])
            if found.get("object") in ("list", "search_result"):
                paths = [path.removeprefix("data.") for path in paths]
                found = {**found, "data": [self._world.store.expanded(one, paths) for one in found["data"]]}
            else:
                found = self._world.store.expanded(found, paths)
        except Refused as refused:
            return refused.status, _encoded(refused.body), refused.saved
        return 200, _encoded(found), True

    def _nothing_ignored(self, params: Params) -> None:
        if params.unread:
            raise not_modelled(f"the parameter {params.unread[0]}")

    def _route(self, asked: Asked) -> tuple[Route, tuple[str, ...]]:
        for route in self._routes:
            if route.method == asked.method and (match := route.pattern.fullmatch(asked.path)):
                return route, tuple(unquote(id_) for id_ in match.groups())
        raise Refused(
            f"Unrecognized request URL ({asked.method}: {asked.path}). Please see https://stripe.com/docs or we can "
            "help at https://support.stripe.com/.",
            status=404,
        )

    def _authenticate(self, asked: Asked) -> None:
        scheme, _, key = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Refused(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using "
                "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
                saved=False,
            )
        if key not in self._api_keys:
            raise Refused(f"Invalid API Key provided: {_masked(key)}", status=401, saved=False)
        version = asked.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise Refused(f"The stand-in speaks {API_VERSION} only, not {version}.", saved=False)


def received(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Asked:
    """The request with its parameters, which come in the query or in the body."""
    params = decode(query)
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        params |= decode(body.decode())
    return Asked(method, path, headers, params)


def failure(status: int) -> Answered:
    """The body that goes with a fault."""
    if status == 429:
        message, code = "Request rate limit exceeded. Learn more: https://stripe.com/docs/rate-limits.", "rate_limit"
        refused = Refused(message, status=429, code=code)
    else:
        refused = Refused("An unknown error occurred", status=status, type_="api_error")
    return Answered(status, _encoded(refused.body), {"Request-Id": new_id("req", 14), "Stripe-Version": API_VERSION})


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, indent=2).encode()


def _masked(key: str) -> str:
    return key[:8] + "*" * max(0, len(key) - 12) + key[-4:]
