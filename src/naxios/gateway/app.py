"""The gateway as an ASGI application. A chat request walks one way:

receive -> authenticate -> admit -> route and forward -> settle -> journal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from naxios.domain import clock
from naxios.domain.catalogue import Model, ProviderKind
from naxios.domain.principal import Principal, scopes_of
from naxios.domain.usage import Exchanged
from naxios.gateway import describe, metrics
from naxios.gateway.admit import admit, standing_headers
from naxios.gateway.authenticate import Authenticator
from naxios.gateway.deliver import break_off, deliver
from naxios.gateway.dialects.errors import error_body
from naxios.gateway.dialects.openai import ChatRequest, parse_chat_request
from naxios.gateway.forward import Attempts, Forwarded, forward
from naxios.gateway.journal import Journal
from naxios.gateway.limits import Limiter, LimitState
from naxios.gateway.networks import NetworkTally
from naxios.gateway.receive import (
    WHEN_GONE,
    Call,
    ClientGone,
    ClientWatch,
    Receive,
    Scope,
    Send,
    new_id,
    read_body,
    respond,
)
from naxios.gateway.refusal import Headers, Refusal, server_stopped
from naxios.gateway.refusals import RefusalTally
from naxios.gateway.route import Router
from naxios.gateway.settle import Settlement
from naxios.gateway.snapshot import Snapshot
from naxios.gateway.upstream import Upstream

log = structlog.get_logger(__name__)

CHAT_ENDPOINT = "chat.completions"


class Gateway:
    """Everything under ``/v1/``. One for each process."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        snapshot: Snapshot,
        limiter: Limiter,
        router: Router,
        upstreams: Mapping[ProviderKind, Upstream],
        journal: Journal,
        max_body_bytes: int,
        body_seconds: int,
    ) -> None:
        self._authenticator = authenticator
        self._snapshot = snapshot
        self._limiter = limiter
        self._router = router
        self._upstreams = upstreams
        self._journal = journal
        self._max_body_bytes = max_body_bytes
        self._body_seconds = body_seconds
        self.refusals = RefusalTally()
        self.networks = NetworkTally()
        self._answering: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = scope["headers"]
        call = Call(new_id(), headers, receive, send, scope["extensions"][WHEN_GONE], clock.now())
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"  # noqa: S101
        self._answering.add(task)
        try:
            handler, argument = _endpoint(self, scope["method"], scope["path"])
            call.principal = await self._authenticator.authenticate(headers, call.received_at)
            if client := scope.get("client"):
                self.networks.note(call.principal, client[0], call.received_at)
            await handler(call, call.principal, argument)
        except Refusal as refusal:
            await self._refuse(call, refusal)
        except ClientGone:
            pass
        except asyncio.CancelledError:
            # Only a stopping server cancels: a client that leaves is noticed while it is served.
            if call.started:
                raise
            await self._refuse(call, server_stopped())
        except Exception:
            log.exception("a request failed inside Naxios", request_id=call.id)
            fault = Refusal(500, "internal_error", f"Naxios failed. Tell the operator the request id {call.id}.")
            if not call.started:
                await self._refuse(call, fault)
        finally:
            self._answering.discard(task)

    async def finish(self, seconds: float) -> None:
        """Give requests that a stopping server has cancelled ``seconds`` to be settled and told."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=seconds)

    async def chat_completions(self, call: Call, principal: Principal, _: str) -> None:
        """POST /v1/chat/completions"""
        body = await read_body(call.receive, call.headers, most=self._max_body_bytes, seconds=self._body_seconds)
        request = parse_chat_request(body)
        model = self._model(principal, request.model)
        if not self._journal.healthy:
            raise Refusal(
                503,
                "metering_unavailable",
                "Usage cannot be recorded at the moment, so nothing is served. Retry soon.",
                retry_after=5 * clock.SECOND,
            )
        now = clock.now()
        admitted = await admit(
            self._limiter,
            principal,
            model,
            prompt_bytes=request.prompt_bytes,
            attachments=request.attachments,
            max_output=request.max_output,
            choices=request.choices,
            now=now,
        )
        call.admitted = True
        settlement = Settlement(
            request_id=call.id,
            endpoint=CHAT_ENDPOINT,
            streamed=request.stream,
            principal=principal,
            model=model,
            reservation=admitted.reservation,
            exchanged=Exchanged(
                body_bytes=request.body_bytes,
                prompt_bytes=request.prompt_bytes,
                attachments=request.attachments,
                context_tokens=model.context_tokens,
                choices=request.choices,
            ),
            admitted_at=now,
        )
        with metrics.IN_FLIGHT.track_inprogress():
            await self._serve(call, request, model, settlement, admitted.standing)

    async def _serve(
        self, call: Call, request: ChatRequest, model: Model, settlement: Settlement, standing: list[LimitState]
    ) -> None:
        """Forward, deliver and settle an admitted request, whatever happens on the way."""
        outcome, attempts = settlement.outcome, Attempts()
        forwarded: Forwarded | None = None
        watch = ClientWatch(call.when_gone)

        async def settle() -> list[LimitState]:
            outcome.provider, outcome.attempts = attempts.provider, attempts.count
            watch.stop()
            return await settlement.settle(self._limiter, self._journal)

        try:
            forwarded = await forward(request, model, self._router, self._upstreams, attempts)
            try:
                call.started = True
                await deliver(call, forwarded, request, model, outcome, settle, standing)
            finally:
                self._router.ended(forwarded.route)
                if forwarded.answer is not None:
                    forwarded.answer.close()
        except Refusal as refusal:
            outcome.status, outcome.error = refusal.status, refusal.code
            refusal.headers = standing_headers(await settle())
            raise
        except asyncio.CancelledError:
            # Whoever leaves has had the prompt read by a provider, and is charged for it and what was delivered.
            outcome.delivered = outcome.delivered or (watch.gone and attempts.count > 0)
            outcome.status, outcome.error = (499, "client_left") if watch.gone else (503, "server_stopped")
            was_settled = settlement.settled
            await settle()
            if watch.gone or was_settled:  # nobody is there to be told, or everything has been said
                return
            if forwarded is None or forwarded.answer is None:
                raise
            await break_off(call, model)
        except Exception:
            outcome.status, outcome.error = 500, "internal_error"
            raise
        finally:
            await settle()

    async def models(self, call: Call, principal: Principal, _: str) -> None:
        """GET /v1/models"""
        listed = [model for model in self._snapshot.catalogue.models.values() if principal.may_use(model.name)]
        await respond(call, 200, [], describe.model_list(listed))

    async def model(self, call: Call, principal: Principal, name: str) -> None:
        """GET /v1/models/{id}"""
        await respond(call, 200, [], describe.model(self._model(principal, name)))

    async def key(self, call: Call, principal: Principal, _: str) -> None:
        """GET /v1/key"""
        now = clock.now()
        scopes = scopes_of(principal)
        standing, bonus_used = await self._limiter.standing(scopes, now), await self._limiter.bonus_used(scopes[0])
        await respond(call, 200, standing_headers(standing), describe.key(principal, standing, bonus_used, now))

    def _model(self, principal: Principal, name: str) -> Model:
        model = self._snapshot.catalogue.models.get(name)
        if model is None:
            raise Refusal(
                404,
                "model_not_found",
                "No such model. GET /v1/models lists those there are.",
                param="model",
                retry=False,
            )
        if not principal.may_use(name):
            raise Refusal(
                403,
                "model_not_allowed",
                f"The plan {principal.plan!r} or this key does not allow {name!r}. GET /v1/models lists what it does.",
                param="model",
                retry=False,
            )
        return model

    async def _refuse(self, call: Call, refusal: Refusal) -> None:
        if not call.admitted:  # of what was admitted a usage record tells
            metrics.REFUSALS.labels(refusal.code).inc()
            if call.principal is not None:
                self.refusals.count(call.principal, refusal.code, call.received_at)
        await respond(call, refusal.status, refusal.all_headers(), error_body(refusal, call.id, call.headers))


Handler = Callable[[Call, Principal, str], Awaitable[None]]


def _endpoint(gateway: Gateway, method: str, path: str) -> tuple[Handler, str]:
    """The handler for a path, and the part of the path that is its argument."""
    handler: Handler
    argument = ""
    if path == "/v1/chat/completions":
        allowed, handler = "POST", gateway.chat_completions
    elif path == "/v1/models":
        allowed, handler = "GET", gateway.models
    elif path.startswith("/v1/models/"):
        allowed, handler, argument = "GET", gateway.model, path.removeprefix("/v1/models/")
    elif path == "/v1/key":
        allowed, handler = "GET", gateway.key
    else:
        raise Refusal(
            404,
            "unknown_endpoint",
            "There is no such endpoint. This server has POST /v1/chat/completions, GET /v1/models, "
            "GET /v1/models/{id} and GET /v1/key.",
            retry=False,
        )
    if method != allowed:
        raise Refusal(
            405,
            "method_not_allowed",
            f"Use {allowed} here.",
            retry=False,
            headers=[(b"allow", allowed.encode())],
        )
    return handler, argument
