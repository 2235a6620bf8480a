"""The head of an answer and the beginning of its body in one packet.

uvicorn writes them one after the other, and each write is a system call and wakes the client up.
"""

import asyncio
from typing import Any

_HEAD = b"HTTP/1.1 "


class JoinedWrites:
    """A transport that holds a head back until a body follows, at most until the event loop's next round."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.is_closing = transport.is_closing
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._flush: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        """As a transport's."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
            self._transport.writelines((self._head, data))
        elif data.startswith(_HEAD):
            self._head = data
            self._flush = self._loop.call_soon(self._send_head)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """As a transport's."""
        self._send_head()
        self._transport.close()

    def write_eof(self) -> None:
        """As a transport's."""
        self._send_head()
        self._transport.write_eof()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send_head(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
            if not self.is_closing():
                self._transport.write(self._head)
