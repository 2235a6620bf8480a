"""The command line with Python and Django started once: each command runs in a fork of a process that has both.

Starting them takes most of a command's time, and the tests that arrange things with ``naxios`` give hundreds of
commands. Settings are those of the first command; a command that needs others is given the ordinary way.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


class ReadyCommandLine:
    """``naxios`` for one environment. Ends when it is forgotten."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONPATH": str(Path(__file__).parent.parent)},
            cwd=directory,
        )
        self._lock = threading.Lock()
        weakref.finalize(self, _end, self._process)

    def run(self, arguments: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """``naxios ARGUMENTS`` with some more variables."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps([arguments, environment]) + "\n")
            self._process.stdin.flush()
            code, output, errors = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, output, errors)


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def _serve() -> None:
    """Run the commands that arrive on standard input, one after the other, until it ends."""
    start()
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if child == 0:
                os.dup2(output.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                become(arguments, environment)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            texts = [(file.seek(0), file.read().decode())[1] for file in (output, errors)]
        print(json.dumps([code, *texts]), flush=True)


def start() -> None:
    """Import what commands need, so that they find it: also the pages, which a link in a mail asks for its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naxios.settings")
    import django

    django.setup()
    from django.urls import reverse

    import naxios.cli  # noqa: F401

    reverse("web:home")


def become(arguments: list[str], environment: dict[str, str]) -> NoReturn:
    """Be ``naxios ARGUMENTS`` with some more variables, and end as it does, without Python's tidying up."""
    from naxios.cli import main

    os.environ.update(environment)
    sys.argv = ["naxios", *arguments]
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
