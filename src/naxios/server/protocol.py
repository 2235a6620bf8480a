"""uvicorn's HTTP protocol with what it leaves to others: limits of headers, slow peers, and errors in our shape."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from naxios.gateway.dialects.errors import error_body
from naxios.gateway.receive import WHEN_GONE, id_headers, new_id
from naxios.gateway.refusal import Refusal
from naxios.server.joined_writes import JoinedWrites

LARGEST_HEADERS = 64 * 1024
SLOW_READER_SECONDS = 60
LINGER_SECONDS = 5
"""A refused client may still be sending; closing on it at once would take the answer from it as well."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. ``header_seconds`` is set by the server before the first connection."""

    header_seconds: float = 15

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # per connection
        self._slow_reader: asyncio.TimerHandle | None = None
        self._deaf = False
        self._gone = False
        self._when_gone: Callable[[], None] | None = None
        self._lingering: asyncio.TimerHandle | None = None
        # per request
        self._header_bytes = 0
        self._in_headers = True
        self._slow_headers: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(JoinedWrites(transport, self.loop))  # type: ignore[arg-type]
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._slow_headers, self._slow_reader, self._lingering):
            self._cancel(timer)
        super().connection_lost(exc)
        self._gone = True
        if self._when_gone is not None:
            self._when_gone()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._in_headers:
            # Counted before they are parsed: the parser would collect a header of any size.
            self._header_bytes += len(data)
            super().data_received(data)
            if self._in_headers and self._header_bytes:  # none are left once a whole request has come
                self._check_headers()
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {WHEN_GONE: self._call_when_gone}  # type: ignore[dict-item]

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._cancel(self._slow_headers)
        self._slow_headers = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_headers = True
        self._header_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn for bytes that are not HTTP."""
        self._refuse(400, "invalid_http", "This is not a well-formed HTTP/1.1 request.")

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow_reader = self.loop.call_later(SLOW_READER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel(self._slow_reader)

    def _call_when_gone(self, call: Callable[[], None] | None) -> None:
        """See :data:`naxios.gateway.receive.WHEN_GONE`. A connection serves one request at a time."""
        self._when_gone = call
        if call is not None:
            self.flow.resume_reading()  # paused by a large body; whoever does not read hears nobody leave
            if self._gone:
                self.loop.call_soon(call)

    def _check_headers(self) -> None:
        if self._header_bytes > LARGEST_HEADERS:
            self._refuse(431, "headers_too_large", "The request's headers are larger than 64 KiB. Send less.")
        elif self._slow_headers is None:
            self._await_headers()

    def _await_headers(self) -> None:
        self._slow_headers = self.loop.call_later(self.header_seconds, self._headers_are_late)

    def _headers_are_late(self) -> None:
        if self._header_bytes:
            self._refuse(408, "headers_timeout", "The request's headers did not arrive in time. Send them faster.")
        elif self._in_headers:
            self.transport.close()  # a connection kept in reserve, which nobody waits at

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Answer and close, unless an answer is under way: that one is finished first, and closes."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or not cycle.more_body or self.pipeline:
                cycle.keep_alive = False
                return
            cycle.disconnected = True  # it waits for a body that cannot come
            cycle.message_event.set()
        request_id = new_id()
        body = error_body(Refusal(status, code, message), request_id, self.headers or [])
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *id_headers(request_id),
        ]
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.write_eof()
        self._lingering = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
