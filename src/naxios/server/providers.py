"""A provider asked for its models, with the saved credential: whether it works, from here and now."""

import asyncio
import time
from typing import NamedTuple

import msgspec

from naxios.config import load
from naxios.domain.addresses import Reach
from naxios.domain.catalogue import Provider
from naxios.gateway.http.client import HttpUpstream
from naxios.gateway.upstream import UpstreamError, UpstreamTimeout, complete_body

ANSWER_SECONDS = 10


class Asked(NamedTuple):
    """What came of asking a provider for its models."""

    works: bool
    outcome: str
    milliseconds: int = 0
    models: tuple[str, ...] = ()


def ask_models(provider: Provider) -> Asked:
    """Which models ``provider`` lists."""
    start = time.perf_counter()
    try:
        status, body = asyncio.run(_get_models(provider, load().reach()))
    except UpstreamTimeout:
        return Asked(False, f"no answer from {provider.base_url} in time.")
    except UpstreamError:
        return Asked(False, f"{provider.base_url} cannot be reached. Check the address, and that the server runs.")
    milliseconds = round((time.perf_counter() - start) * 1000)
    if status in (401, 403):
        return Asked(False, f"it refuses the credential (status {status}). Apply the file with the right one.")
    models = _model_names(body)
    if status != 200 or models is None:
        return Asked(False, f"GET {provider.base_url}/models gave status {status} and no list of models.")
    return Asked(True, f"answers, with {len(models)} models", milliseconds, tuple(models))


async def _get_models(provider: Provider, reach: Reach) -> tuple[int, bytes]:
    upstream = HttpUpstream(reach)
    await upstream.open()
    try:
        answer = await upstream.get(msgspec.structs.replace(provider, timeout_seconds=ANSWER_SECONDS), "/models")
        return answer.status, await complete_body(answer)
    finally:
        await upstream.close()


class _Listed(msgspec.Struct):
    id: str


class _Listing(msgspec.Struct):
    data: list[_Listed]


def _model_names(body: bytes) -> list[str] | None:
    """Ids in OpenAI's list of models, or ``None`` if it is none."""
    try:
        return sorted({model.id for model in msgspec.json.decode(body, type=_Listing).data})
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
