"""Bodies that come compressed although they were asked for as they are: some servers do not care."""

import zlib

from naxios.gateway.upstream import UpstreamError

MOST_AT_ONCE = 8 * 1024 * 1024
"""What one read from the network may grow to; more is an attempt to fill the memory."""

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class Inflate:
    """Decompresses one body. ``finished`` says whether it has come to its end.

    Raises
    ------
    UpstreamError
        By any method: an encoding that is not known, or data that is not in it.
    """

    def __init__(self, encoding: bytes) -> None:
        if encoding.strip().lower() not in (b"gzip", b"x-gzip", b"deflate"):
            raise UpstreamError
        self._zlib = zlib.decompressobj(_GZIP_OR_ZLIB)

    @property
    def finished(self) -> bool:
        return self._zlib.eof

    def feed(self, data: bytes) -> bytes:
        """What ``data`` stands for; may be empty."""
        try:
            inflated = self._zlib.decompress(data, MOST_AT_ONCE)
        except zlib.error:
            raise UpstreamError from None
        if self._zlib.unconsumed_tail:
            raise UpstreamError
        return inflated
