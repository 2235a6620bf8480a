"""One request and its answer, from the first byte received to the last."""

import asyncio
from typing import Protocol

import httptools

from naxios.domain import clock
from naxios.gateway.http.inflate import Inflate
from naxios.gateway.upstream import LARGEST_ANSWER, UpstreamError, UpstreamTimeout

LARGEST_HEAD = 64 * 1024
"""Bytes received in a row that belong to no body: the status line and headers, trailers, the framing of chunks."""

HELD_BACK = 256 * 1024
"""Bytes of a body that wait for a slow client; with more the provider has to wait too."""

LONGEST_RETRY_AFTER = 3600
_LATE = 0.002  # event loops round to a millisecond


class Link(Protocol):
    """What an exchange needs of the connection that it runs over."""

    transport: asyncio.Transport

    def exchanged(self, *, reusable: bool) -> None:
        """The exchange is over; the connection can serve another if ``reusable``, else it is cut."""


class Exchange:
    """An :class:`naxios.gateway.upstream.Answer` as it arrives.

    Attributes
    ----------
    status : of the answer, 0 until its head is complete.
    unheard : whether nothing at all has been received.
    """

    def __init__(self, link: Link, seconds: float) -> None:
        self.status = 0
        self.content_type = ""
        self.retry_after: int | None = None
        self.unheard = True
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._news: asyncio.Future[None] | None = None
        # the body
        self._parts: list[bytes] = []
        self._held = 0
        self._reading_paused = False
        self._inflate: Inflate | None = None
        # how it ends
        self._framed = False
        self._body_complete = False
        self._reusable = False
        self._failure: type[UpstreamError] | None = None
        # bounds
        self._silent_bytes = 0
        self._seconds = seconds
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(seconds, self._look_at_the_clock)

    # for the one who asked

    async def head(self) -> None:
        """Wait until the status is known.

        Raises
        ------
        UpstreamError
            It will never be.
        """
        while not self.status:
            if self._failure is not None:
                raise self._failure
            await self._wait()

    async def chunk(self) -> bytes:
        while not self._parts:
            if self._body_complete:
                return b""
            if self._failure is not None:
                raise self._failure
            await self._wait()
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        if self._reading_paused:
            self._resume_reading()
        return data

    async def read(self) -> bytes:
        parts, size = [], 0
        while part := await self.chunk():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise UpstreamError
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        if self._parser is not None:
            self._fail(UpstreamError)

    # for the connection

    def received(self, data: bytes) -> None:
        """Take what has arrived."""
        parser = self._parser
        if parser is None:
            return  # given up meanwhile
        self.unheard = False
        self._heard_at = self._loop.time()
        self._silent_bytes += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(None if self._body_complete else UpstreamError, reusable=False)
            return
        if self._body_complete:
            self._end(None, reusable=self._reusable)
        elif self._silent_bytes > LARGEST_HEAD:
            self._fail(UpstreamError)

    def disconnected(self, *, cleanly: bool) -> None:
        """The connection is gone; ``cleanly`` if the provider closed it in due form."""
        if self._parser is None:
            return
        self._body_complete = cleanly and self.status != 0 and not self._framed and self._is_inflated()
        self._end(None if self._body_complete else UpstreamError, reusable=False)

    # for the parser

    def on_message_begin(self) -> None:
        if self._body_complete:
            raise UpstreamError  # a second answer, to nothing that was asked
        self.content_type, self.retry_after = "", None  # those of an interim answer do not count
        self._framed, self._inflate = False, None

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status:
            return  # a trailer
        match name.lower():
            case b"content-type":
                self.content_type = value.decode("latin-1")
            case b"retry-after":
                self.retry_after = _retry_after(value)
            case b"content-length" | b"transfer-encoding":
                self._framed = True
            case b"content-encoding" if value.strip().lower() not in (b"", b"identity"):
                self._inflate = Inflate(value)

    def on_headers_complete(self) -> None:
        parser = self._parser
        assert parser is not None  # noqa: S101
        status = parser.get_status_code()
        if status >= 200:
            self.status = status
            self._wake()

    def on_body(self, body: bytes) -> None:
        self._silent_bytes = 0
        if self._inflate is not None:
            body = self._inflate.feed(body)
            if not body:
                return
        self._parts.append(body)
        self._held += len(body)
        if self._held > HELD_BACK and not self._reading_paused:
            self._reading_paused = True
            self._link.transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        if self.status:
            if not self._is_inflated():
                raise UpstreamError
            assert self._parser is not None  # noqa: S101
            self._body_complete, self._reusable = True, self._parser.should_keep_alive()

    # inside

    def _is_inflated(self) -> bool:
        return self._inflate is None or self._inflate.finished

    def _fail(self, failure: type[UpstreamError]) -> None:
        self._end(failure, reusable=False)

    def _end(self, failure: type[UpstreamError] | None, *, reusable: bool) -> None:
        self._parser = None  # it holds on to our methods, so the two would outlive each other
        self._failure = failure
        self._timer.cancel()
        if self._reading_paused:
            self._resume_reading()
        self._link.exchanged(reusable=reusable)
        self._wake()

    def _resume_reading(self) -> None:
        self._reading_paused = False
        self._heard_at = self._loop.time()
        if not self._link.transport.is_closing():
            self._link.transport.resume_reading()

    def _look_at_the_clock(self) -> None:
        if self._reading_paused:
            self._heard_at = self._loop.time()  # it is the client that is slow
        left = self._heard_at + self._seconds - self._loop.time()
        if left > _LATE:
            self._timer = self._loop.call_later(left, self._look_at_the_clock)
        else:
            self._fail(UpstreamTimeout)

    async def _wait(self) -> None:
        self._news = self._loop.create_future()
        try:
            await self._news
        finally:
            self._news = None

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


def _retry_after(value: bytes) -> int | None:
    """Microseconds of a ``retry-after`` in seconds; dates are rare here and taken for absent."""
    try:
        seconds = float(value)
    except ValueError:
        return None
    return int(min(max(seconds, 0.0), LONGEST_RETRY_AFTER) * clock.SECOND) if seconds == seconds else None
