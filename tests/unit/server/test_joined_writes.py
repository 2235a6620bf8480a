"""A head and the beginning of its body leave together; nothing waits longer than the event loop's next round."""

import asyncio
from collections.abc import Callable

from naxios.server.joined_writes import JoinedWrites

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"


class Transport:
    """Remembers what was done to it, and what was written in one go."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def writelines(self, parts: tuple[bytes, ...]) -> None:
        self.done.append(b"".join(parts))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")
        self.closing = True

    def write_eof(self) -> None:
        self.done.append("write_eof")


def done_by(use: Callable[[JoinedWrites], None]) -> list[bytes | str]:
    """What ``use`` comes to at the transport, right away and then ``"later"``."""

    async def run() -> list[bytes | str]:
        transport = Transport()
        use(JoinedWrites(transport, asyncio.get_running_loop()))
        transport.done.append("later")
        await asyncio.sleep(0)
        return transport.done

    return asyncio.run(run())


def test_a_head_and_its_body_are_written_together() -> None:
    def answer(joined: JoinedWrites) -> None:
        joined.write(HEAD)
        joined.write(b"hello")

    assert done_by(answer) == [HEAD + b"hello", "later"]


def test_what_follows_is_written_at_once() -> None:
    def answer(joined: JoinedWrites) -> None:
        for data in (HEAD, b"one", b"two", b"three"):
            joined.write(data)

    assert done_by(answer) == [HEAD + b"one", b"two", b"three", "later"]


def test_a_head_whose_body_takes_longer_goes_ahead() -> None:
    assert done_by(lambda joined: joined.write(HEAD)) == ["later", HEAD]


def test_a_body_that_looks_like_a_head_stays_behind_its_head() -> None:
    def answer(joined: JoinedWrites) -> None:
        for data in (HEAD, HEAD, HEAD, b"hello"):
            joined.write(data)

    assert done_by(answer) == [HEAD + HEAD, HEAD + b"hello", "later"]


def test_closing_leaves_nothing_behind() -> None:
    def answer(joined: JoinedWrites) -> None:
        joined.write(HEAD)
        joined.close()

    assert done_by(answer) == [HEAD, "close", "later"]


def test_nor_does_ending_what_is_sent() -> None:
    def answer(joined: JoinedWrites) -> None:
        joined.write(HEAD)
        joined.write_eof()

    assert done_by(answer) == [HEAD, "write_eof", "later"]


def test_nothing_is_written_to_a_connection_that_was_cut() -> None:
    def answer(joined: JoinedWrites) -> None:
        joined.write(HEAD)
        joined.abort()

    assert done_by(answer) == ["abort", "later"]
