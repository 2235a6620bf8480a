"""A newcomer who follows a document from top to bottom in one terminal, with a server running in another."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from naxios.catalogue import file as catalogue_file
from tests.docs.command_line import run_script
from tests.docs.markdown import Sample
from tests.serving import Server
from tests.stand_ins.provider import StandInProvider
from tests.visiting import Visitor, mailed_link

WRITTEN_ADDRESS = "http://127.0.0.1:8000"
"""Where documents say that the server is."""
WRITTEN_TOKEN = "nxt_…"
"""What documents write for an access token, which only its page shows."""

SECONDS = 120

_CURL = "silent\nfail-with-body\n"
_IMPORTS_A_PACKAGE = re.compile(r"""^import .* from "(?!node:)""", re.MULTILINE)


class Reader:
    """Follows samples. What one sample exports, the next one finds, as in a terminal.

    A sample has to succeed. Where the document shows its output, that has to be what it prints; then it may also end
    with an error, because the document shows the error. ``…`` stands for anything, spaces and line ends do not count.
    """

    def __init__(self, server: Server, environment: dict[str, str]) -> None:
        self._server = server
        self._directory = server.home.parent
        self._environment = environment
        self._state = self._directory / "environment.sh"
        self._state.write_text("")

    def follow(self, samples: list[Sample]) -> None:
        """Do what ``samples`` say, in order."""
        for sample, after in zip(samples, [*samples[1:], None], strict=True):
            if not sample.needs_a_server:
                continue
            if sample.before is not None:
                self._prepare(sample)
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
                case other:
                    raise AssertionError(f"{sample.where}: nobody checks samples of {other!r}")

    def _prepare(self, sample: Sample) -> None:
        """Do what the prose before ``sample`` asks for."""
        match sample.before:
            case "stops Naxios":
                assert self._server.stop() == 0
            case "starts Naxios":
                self._server.start()
            case other:
                raise AssertionError(f"{sample.where}: nobody knows how a reader {other}")

    def _run(self, sample: Sample, script: str, shown: str | None) -> None:
        if WRITTEN_TOKEN in script:
            script = script.replace(WRITTEN_TOKEN, self._make_token())
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

    def _written(self, sample: Sample, name: str) -> str:
        (self._directory / name).write_text(self._here(sample.text))
        return name

    def _here(self, text: str) -> str:
        return text.replace(WRITTEN_ADDRESS, self._server.url)

    def _make_token(self) -> str:
        """An access token as people get one: by signing up, opening the link and filling in the page's form."""
        visitor, email = Visitor(self._server), "programs@example.com"
        visitor.send("/accounts/signup/", email=email, password1="four unrelated words", is_old_enough="on")
        visitor.send(mailed_link(self._server, email, "Confirm your e-mail address"))
        page = visitor.send("/dashboard/tokens/", name="script", may="change", days="90")
        shown = re.search(r"nxt_[0-9A-Za-z]{36}", page.text)
        assert shown, page.text
        return shown[0]


class Desk:
    """Where readers sit, one after the other: each finds a server as a first start leaves it.

    The first start is made once and copied; later starts and commands are forks of processes that have begun already.
    """

    def __init__(self, directory: Path, provider: StandInProvider) -> None:
        self._directory = directory
        self._home = directory / "naxios-data"
        self._fresh = directory / "fresh"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NAXIOS_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CURL_HOME": str(directory),
            "OPENAI_API_KEY": provider.credential,
            "OPENAI_BASE_URL": provider.url,
            "OLLAMA_HOST": "127.0.0.1:9",  # nothing listens there, whatever runs on this machine
        }

    @contextmanager
    def opened(self) -> Iterator["Desk"]:
        """Ready for readers, for as long as the context lasts."""
        server = Server(self._home)
        server.start()
        assert server.stop() == 0
        shutil.copytree(self._home, self._fresh)
        (self._directory / ".curlrc").write_text(_CURL)
        with run_script(self._directory, self._environment):
            yield self

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader beside a running server."""
        with self.server() as server:
            yield Reader(server, self._environment)

    @contextmanager
    def server(self) -> Iterator[Server]:
        """A server that nobody has used yet."""
        shutil.rmtree(self._home)
        shutil.copytree(self._fresh, self._home)
        server = Server(self._home, starts_warm=True)
        server.output.unlink()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _without_space(text: str) -> str:
    return "".join(text.split())


def _pattern(shown: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _without_space(shown).split("…"))
    return re.compile(".*?".join(parts))
