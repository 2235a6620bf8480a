"""One request, routes tried in order until one answers; nothing reaches the client before that is certain."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
import structlog

from naxios.domain import clock
from naxios.domain.catalogue import Model, ProviderKind, Route
from naxios.domain.usage import ReportedUsage
from naxios.gateway.dialects import openai
from naxios.gateway.refusal import Refusal
from naxios.gateway.route import Router
from naxios.gateway.upstream import Answer, Upstream, UpstreamError, UpstreamTimeout, complete_body

log = structlog.get_logger(__name__)

_FAULTS_OF_THE_CLIENT = frozenset({400, 405, 406, 410, 411, 413, 414, 415, 416, 422, 451})
"""Answers that another provider would give too. Any other error status (credentials, model name, quota, fault)
lies between the operator and that provider, and another route may do better."""


class Forwarded(msgspec.Struct):
    """A provider's answer of which the client has seen nothing yet.

    Attributes
    ----------
    body : the whole body of a plain answer or an error, the first bytes of a stream.
    answer : the rest of a stream; ``None`` if ``body`` is everything.
    retry_after : microseconds that the provider asks to be left alone, if it does.
    usage, text_bytes : what a plain answer says it used, and the bytes of text in it.
    """

    route: Route
    status: int
    body: bytes
    answer: Answer | None = None
    retry_after: int | None = None
    usage: ReportedUsage | None = None
    text_bytes: int = 0


class Attempts(msgspec.Struct):
    """What forwarding has come to so far; the usage record tells it whatever the outcome."""

    count: int = 0
    provider: str = ""


async def forward(
    request: openai.ChatRequest,
    model: Model,
    router: Router,
    upstreams: Mapping[ProviderKind, Upstream],
    attempts: Attempts,
) -> Forwarded:
    """Try the model's routes until one has a first byte.

    The caller calls ``router.ended`` on the route it was given once the exchange is over.

    Raises
    ------
    Refusal
        502 if providers answered with errors, 504 if the last did not answer in time, 503 if none is there to ask.
    """
    failure: UpstreamError | None = None
    statuses: list[int] = []
    for route in router.candidates(model, clock.now()):
        attempts.count += 1
        attempts.provider = route.provider.name
        router.started(route)
        forwarded = None
        try:
            forwarded = await _try(request, route, upstreams[route.provider.kind])
        except UpstreamError as error:
            failure = error
            _rest(router, route, None, 504 if isinstance(error, UpstreamTimeout) else 502)
        else:
            if forwarded.status < HTTPStatus.BAD_REQUEST or forwarded.status in _FAULTS_OF_THE_CLIENT:
                router.succeeded(route)
                return forwarded
            failure = None
            statuses.append(forwarded.status)
            _rest(router, route, forwarded.retry_after, forwarded.status)
            forwarded = None
        finally:
            if forwarded is None:
                router.ended(route)
    raise _refusal(failure, statuses, router.until_one_wakes(model, clock.now()))


async def _try(request: openai.ChatRequest, route: Route, upstream: Upstream) -> Forwarded:
    body = openai.upstream_body(request, route.upstream_model)
    answer = await upstream.post(route.provider, openai.CHAT_PATH, body)
    try:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            body = await complete_body(answer)
            return Forwarded(route, answer.status, body, retry_after=answer.retry_after)
        if request.stream:
            # A plain answer would reach an SDK that reads events as a stream without any.
            first = await answer.chunk() if answer.content_type.startswith("text/event-stream") else b""
            if not first:
                raise UpstreamError
            return Forwarded(route, 200, first, answer)
        body = await complete_body(answer)
        completion = openai.read_completion(body)
        if completion is None:
            raise UpstreamError  # a redirect, a login page, an error under status 200
        usage, text_bytes = completion
        return Forwarded(route, 200, body, usage=usage, text_bytes=text_bytes)
    except BaseException:
        answer.close()
        raise


def _rest(router: Router, route: Route, retry_after: int | None, status: int) -> None:
    rest = router.failed(
        route, clock.now(), retry_after=retry_after if status == HTTPStatus.TOO_MANY_REQUESTS else None
    )
    log.warning(
        "a route failed",
        provider=route.provider.name,
        model=route.upstream_model,
        status=status,
        rest_seconds=rest / clock.SECOND,
    )


def _refusal(failure: UpstreamError | None, statuses: list[int], until_one_wakes: int) -> Refusal:
    if isinstance(failure, UpstreamTimeout):
        return Refusal(504, "provider_timeout", "The provider did not answer in time. Retry, or use another model.")
    if failure is None and statuses and not all(status in (429, 503, 529) for status in statuses):
        return Refusal(
            502,
            "provider_error",
            f"Every provider of this model answered with an error (the last: {statuses[-1]}). Retry in a moment.",
        )
    return Refusal(
        503,
        "provider_unavailable",
        "No provider of this model is available at the moment. Retry later, or use another model.",
        retry_after=until_one_wakes,
    )
