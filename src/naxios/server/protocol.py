"""uvicorn's HTTP protocol with the limits that it leaves to others: header size, slow headers, slow readers."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEADERS = 64 * 1024
SLOW_READER_SECONDS = 60

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    b'{"error":{"message":"The request\'s headers are larger than 64 KiB. Send less.",'
    b'"type":"invalid_request_error","param":null,"code":"headers_too_large"}}'
)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. ``header_seconds`` is set by the server before the first connection."""

    header_seconds: float = 15

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # per connection
        self._slow_reader: asyncio.TimerHandle | None = None
        # per request
        self._header_bytes = 0
        self._in_headers = True
        self._slow_headers: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel(self._slow_headers)
        self._cancel(self._slow_reader)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            # Counted before they are parsed: the parser would collect a header of any size.
            self._header_bytes += len(data)
            if self._slow_headers is None:
                self._await_headers()
            super().data_received(data)
            if self._in_headers and self._header_bytes > LARGEST_HEADERS and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()
        else:
            super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._cancel(self._slow_headers)
        self._slow_headers = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_headers = True
        self._header_bytes = 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow_reader = self.loop.call_later(SLOW_READER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel(self._slow_reader)

    def _await_headers(self) -> None:
        self._slow_headers = self.loop.call_later(self.header_seconds, self._headers_are_late)

    def _headers_are_late(self) -> None:
        if self._in_headers and not self.transport.is_closing():
            self.transport.close()

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
