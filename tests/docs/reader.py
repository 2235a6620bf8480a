"""A newcomer who follows a document from top to bottom in one terminal, with a server running in another."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from naxios.catalogue import file as catalogue_file
from tests.docs.markdown import Sample
from tests.serving import Server
from tests.stand_ins.provider import StandInProvider

WRITTEN_ADDRESS = "http://127.0.0.1:8000"
"""Where documents say that the server is."""

SECONDS = 60

_RUN = """#!/bin/sh
[ $# -gt 0 ] || exit 0  # it is running
exec naxios "$@"
"""
_CURL = "silent\nfail-with-body\n"
_IMPORTS_A_PACKAGE = re.compile(r"""^import .* from "(?!node:)""", re.MULTILINE)


class Reader:
    """Follows samples. What one sample exports, the next one finds, as in a terminal.

    A sample has to succeed. Where the document shows its output, that has to be what it prints; then it may also end
    with an error, because the document shows the error. ``…`` stands for anything, spaces and line ends do not count.
    """

    def __init__(self, server: Server, environment: dict[str, str]) -> None:
        self._directory = server.home.parent
        self._address = server.url
        self._state = self._directory / "environment.sh"
        self._state.touch()
        run = self._directory / "run"
        run.write_text(_RUN)
        run.chmod(0o755)
        (self._directory / ".curlrc").write_text(_CURL)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NAXIOS_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CURL_HOME": str(self._directory),
            **environment,
        }

    def follow(self, samples: list[Sample]) -> None:
        """Do what ``samples`` say, in order."""
        for sample, after in zip(samples, [*samples[1:], None], strict=True):
            if not sample.is_followed:
                continue
            shown = after.text if after is not None and after.is_output else None
            match sample.language:
                case "sh":
                    self._run(sample, sample.text, shown)
                case "python":
                    self._run(sample, f"exec python {self._written(sample, 'sample.py')}", shown)
                case "javascript":
                    # The tests install no npm packages: what imports one is checked, everything else is run.
                    check = "--check" if _IMPORTS_A_PACKAGE.search(sample.text) else ""
                    self._run(sample, f"exec node {check} {self._written(sample, 'sample.mjs')}", shown)
                case "toml":
                    self._write_catalogue(sample)
                case "dotenv":
                    self._load(sample)
                case other:
                    raise AssertionError(f"{sample.where}: nobody checks samples of {other!r}")

    def _run(self, sample: Sample, script: str, shown: str | None) -> None:
        script = self._here(f"set -eu\n. ./{self._state.name}\n{script}\nexport -p > {self._state.name}\n")
        done = subprocess.run(
            ["sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._directory,
            env=self._environment,
            timeout=SECONDS,
            check=False,
        )
        if shown is None:
            assert done.returncode == 0, f"{sample.where} fails:\n{done.stdout}"
        else:
            matches = _pattern(self._here(shown)).fullmatch(_without_space(done.stdout))
            assert matches, f"{sample.where} prints something else:\n{done.stdout}"

    def _write_catalogue(self, sample: Sample) -> None:
        """Check a catalogue file, and leave it where the next sample finds it."""
        file = self._directory / "catalogue.toml"
        file.write_text(sample.text)
        variables = dict.fromkeys(re.findall(r"\$\{(\w+)\}", sample.text), "a credential")
        try:
            catalogue_file.read(sample.text, sample.where, variables, frozenset())
        except catalogue_file.FileProblems as found:
            raise AssertionError("\n".join(found.problems)) from None

    def _load(self, sample: Sample) -> None:
        """Let Naxios read a ``.env``, in a directory of its own: the server here has its own settings."""
        directory = self._directory / "configured"
        directory.mkdir(exist_ok=True)
        (directory / ".env").write_text(sample.text)
        script = f"cd {directory.name}\nexec python -c 'from naxios import config; config.load()'"
        self._run(sample, script, None)

    def _written(self, sample: Sample, name: str) -> str:
        (self._directory / name).write_text(self._here(sample.text))
        return name

    def _here(self, text: str) -> str:
        return text.replace(WRITTEN_ADDRESS, self._address)


@contextmanager
def reader(directory: Path, provider: StandInProvider) -> Iterator[Reader]:
    """A reader beside a fresh server; in the environment is the credential of a provider, as a real one may have."""
    server = Server(directory / "naxios-data")
    server.start()
    try:
        yield Reader(
            server,
            {
                "OPENAI_API_KEY": provider.credential,
                "OPENAI_BASE_URL": provider.url,
                "OLLAMA_HOST": "127.0.0.1:9",  # nothing listens there, whatever runs on this machine
            },
        )
    finally:
        server.stop()


def _without_space(text: str) -> str:
    return "".join(text.split())


def _pattern(shown: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _without_space(shown).split("…"))
    return re.compile(".*?".join(parts))
