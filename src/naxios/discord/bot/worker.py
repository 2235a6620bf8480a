"""One thread for everything that the bot asks of the database, so that its event loop never waits for it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")


class Worker:
    """Does one thing after the other, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bot-database")

    async def do(self, act: Callable[[], T]) -> T:
        """What ``act`` returns or raises."""

        def run() -> T:
            close_old_connections()
            return act()

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    def close(self) -> None:
        """End the thread once it has done what it was asked."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)
