"""The HTTP client: connections to providers, deadlines, cancellation, and the guard on where they may lead."""

from typing import Protocol

import aiohttp

from naxios.domain import clock
from naxios.domain.addresses import Reach
from naxios.domain.catalogue import Provider
from naxios.gateway.guarded_resolver import ForbiddenAddress, GuardedResolver, check_literal

CONNECT_SECONDS = 5
CONNECTIONS_PER_PROVIDER = 2_000
LARGEST_ANSWER = 64 * 1024 * 1024
USER_AGENT = "naxios"


class UpstreamError(Exception):
    """A provider could not be asked, or its answer broke off. Holds nothing of what was sent or received."""


class UpstreamTimeout(UpstreamError):
    """A provider did not connect, answer or go on in time."""


class Answer(Protocol):
    """A provider's answer: status at hand, body still coming."""

    status: int
    content_type: str
    retry_after: int | None

    async def chunk(self) -> bytes:
        """The next bytes as they arrive, ``b""`` at the end.

        Raises
        ------
        UpstreamError
            The answer broke off.
        """

    async def read(self) -> bytes:
        """The rest of the body.

        Raises
        ------
        UpstreamError
            The answer broke off, or is larger than ``LARGEST_ANSWER``.
        """

    def close(self) -> None:
        """Let go of it; an answer that is not at its end is cancelled by closing the connection."""


class Upstream(Protocol):
    """Something that requests can be forwarded to."""

    async def post(self, provider: Provider, path: str, body: bytes) -> Answer:
        """Send ``body`` to ``path`` under the provider's base URL; returns when the status is known.

        Raises
        ------
        UpstreamError
            No answer.
        """


class HttpUpstream:
    """Providers over HTTP. One for each process; open it inside the running event loop."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool."""
        connector = aiohttp.TCPConnector(
            limit=0,
            limit_per_host=CONNECTIONS_PER_PROVIDER,
            resolver=GuardedResolver(self._reach),
            ttl_dns_cache=60,
            keepalive_timeout=60,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding",),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def post(self, provider: Provider, path: str, body: bytes) -> Answer:
        return await self._ask("POST", provider, path, body)

    async def get(self, provider: Provider, path: str) -> Answer:
        """Ask for ``path`` under the provider's base URL; otherwise as :meth:`post`."""
        return await self._ask("GET", provider, path, None)

    async def _ask(self, method: str, provider: Provider, path: str, body: bytes | None) -> Answer:
        assert self._session is not None, "open() comes first"  # noqa: S101
        timeout = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=provider.timeout_seconds
        )
        url = provider.base_url + path
        try:
            check_literal(url, self._reach)
            response = await self._session.request(
                method, url, data=body, headers=_headers(provider), timeout=timeout, allow_redirects=False
            )
        except TimeoutError:
            raise UpstreamTimeout from None
        except (aiohttp.ClientError, ForbiddenAddress, OSError, ValueError):
            raise UpstreamError from None
        return _HttpAnswer(response)


class _HttpAnswer:
    """An aiohttp response as an :class:`Answer`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.content_type = response.headers.get("content-type", "")
        self.retry_after = _retry_after(response.headers.get("retry-after", ""))

    async def chunk(self) -> bytes:
        try:
            return await self._response.content.readany()
        except TimeoutError:
            raise UpstreamTimeout from None
        except (aiohttp.ClientError, OSError):
            raise UpstreamError from None

    async def read(self) -> bytes:
        parts = []
        size = 0
        while part := await self.chunk():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise UpstreamError
        return b"".join(parts)

    def close(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


async def complete_body(answer: Answer) -> bytes:
    """The whole body of ``answer``, closed afterwards."""
    try:
        return await answer.read()
    finally:
        answer.close()


def _headers(provider: Provider) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": USER_AGENT}
    if provider.credential:
        headers["authorization"] = f"Bearer {provider.credential.reveal()}"
    headers.update((name, value.reveal()) for name, value in provider.headers)
    return headers


def _retry_after(text: str) -> int | None:
    """Microseconds of a ``retry-after`` in seconds; dates are rare here and taken for absent."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return int(min(max(seconds, 0.0), 3600.0) * clock.SECOND) if seconds == seconds else None
