"""Without a mail server, the terminal names each mail with a link, so that a newcomer can go on."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.serving import Server
from tests.visiting import Visitor, until


def test_it_prints_the_link_and_no_full_address(tmp_path: Path) -> None:
    server = Server(tmp_path / "home")
    terminal = tmp_path / "terminal"
    command = [sys.executable, "-m", "naxios", "serve", "--port", "0"]
    with terminal.open("w") as stdout, server.log.open("w") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=server.environment, cwd=tmp_path)
    try:
        server.url = until(lambda: re.search(r"http://127.0.0.1:\d+", terminal.read_text()), seconds=60).group()
        visitor = Visitor(server)
        visitor.send("/accounts/signup/", email="ada@example.com", password1="four unrelated words", is_old_enough="on")

        line = until(lambda: re.search(r"Mail to .*", terminal.read_text())).group()

        pattern = rf"Mail to a…@example\.com: Confirm your e-mail address: ({server.url}/accounts/confirm-email/\S+/)"
        link = re.fullmatch(pattern, line)
        assert link, line
        assert visitor.send(link.group(1).removeprefix(server.url)).url.path == "/dashboard/"
        assert "ada@example.com" not in terminal.read_text() + server.log.read_text()
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(40) == 0
