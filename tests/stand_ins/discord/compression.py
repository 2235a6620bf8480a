"""How the gateway's messages are packed: one stream per connection, flushed after each message."""

import importlib
import zlib
from collections.abc import Callable
from typing import Any

Pack = Callable[[bytes], bytes]


def packer(kind: str | None) -> Pack | None:
    """What packs messages for ``compress=kind``, or nothing if they are sent as text."""
    if kind is None:
        return None
    if kind == "zlib-stream":
        stream = zlib.compressobj()
        return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        return _zstd()
    raise ValueError(f"no compression is called {kind}")


def _zstd() -> Pack:
    """discord.py asks for it only where one of the two modules is installed, so one of them is here as well."""
    try:
        module: Any = importlib.import_module("zstandard")
    except ImportError:
        module = importlib.import_module("compression.zstd")
        compressor = module.ZstdCompressor()
        return lambda data: compressor.compress(data, module.ZstdCompressor.FLUSH_BLOCK)
    stream = module.ZstdCompressor().compressobj()
    return lambda data: stream.compress(data) + stream.flush(module.COMPRESSOBJ_FLUSH_BLOCK)
