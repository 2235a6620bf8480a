"""A mail server over a real socket that keeps what it is given, or refuses it as a test wants."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class StandInMailServer:
    """What arrived, and how the next mails are answered.

    Attributes
    ----------
    to_recipient, to_text : the answers to ``RCPT TO`` and to the mail itself, such as ``550 no such mailbox``.
    """

    port: int = 0
    to_recipient: str = "250 OK"
    to_text: str = "250 OK"
    delivered: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.to_text.startswith("2"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.delivered.append(message)
        return self.to_text


@contextmanager
def running_mail_server() -> Iterator[StandInMailServer]:
    """A mail server for as long as the context lasts."""
    standing_in = StandInMailServer(port=free_port())
    controller = Controller(standing_in, hostname="127.0.0.1", port=standing_in.port)
    controller.start()
    try:
        yield standing_in
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
