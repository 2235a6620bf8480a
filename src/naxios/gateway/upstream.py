"""What forwarding knows of those that serve models: whoever implements this can be forwarded to."""

from typing import Protocol

from naxios.domain.catalogue import Provider

LARGEST_ANSWER = 64 * 1024 * 1024


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


async def complete_body(answer: Answer) -> bytes:
    """The whole body of ``answer``, closed afterwards."""
    try:
        return await answer.read()
    finally:
        answer.close()
