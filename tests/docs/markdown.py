"""What can be right or wrong in a Markdown file: its samples, tables and links."""

import itertools
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_FENCED = re.compile(
    r"^(?:<!-- (?P<word>not run|reader): (?P<note>[^\n]+?) -->\n)?"
    r"```(?P<language>\w*)(?P<output> output)?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_LABEL = re.compile("“([^”]+)”")


class Sample(NamedTuple):
    """One fenced block.

    Attributes
    ----------
    where : file and line, for messages.
    is_output : whether it shows what the sample before it prints: its info string ends with ``output``.
    not_run : why it cannot be run, if a ``<!-- not run: … -->`` before it says so.
    before : what the reader does first, if a ``<!-- reader: … -->`` before it says so: what prose asks of people.
    """

    where: str
    language: str
    text: str
    is_output: bool
    not_run: str | None
    before: str | None

    @property
    def is_followed(self) -> bool:
        """Whether a reader does something with it, rather than look at it."""
        return not (self.is_output or self.not_run or self.language == "text")

    @property
    def needs_a_server(self) -> bool:
        """Whether it is something to do while Naxios runs; settings are read before."""
        return self.is_followed and self.language != "dotenv"


def documents() -> list[Path]:
    """Every document, the README first."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(document: Path) -> str:
    """The document's path in the repository."""
    return document.relative_to(ROOT).as_posix()


def samples(document: Path) -> list[Sample]:
    """The fenced blocks of ``document``, in order."""
    text = document.read_text()
    return [
        Sample(
            f"{name(document)}:{text.count(chr(10), 0, match.start('language')) + 1}",
            match["language"],
            match["text"],
            match["output"] is not None,
            match["note"] if match["word"] == "not run" else None,
            match["note"] if match["word"] == "reader" else None,
        )
        for match in _FENCED.finditer(text)
    ]


def prose(document: Path) -> str:
    """``document`` without its fenced blocks."""
    return _FENCED.sub("", document.read_text())


def section(document: Path, heading: str) -> str:
    """What stands under ``heading``, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", document.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{name(document)} has no heading {heading!r}"
    return found[1]


def table(document: Path, heading: str) -> list[list[str]]:
    """The rows of the first table under ``heading``, without the table's head."""
    lines = itertools.dropwhile(_is_no_row, section(document, heading).splitlines())
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in itertools.takewhile(_is_row, lines)]
    assert len(rows) > 2, f"{name(document)} has no table under {heading!r}"
    return rows[2:]


def code(cell: str) -> str | None:
    """What stands in backticks, if that is all there is in ``cell``."""
    return cell[1:-1] if re.fullmatch("`[^`]+`", cell) else None


def anchors(document: Path) -> set[str]:
    """What a link may name after ``#``, as GitHub makes it from the headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose(document))}


def links(document: Path) -> list[str]:
    """Where ``document`` links to, images included."""
    return _LINK.findall(prose(document))


def labels(document: Path) -> set[str]:
    """What ``document`` quotes from the pages, which stands in “curly quotation marks”."""
    return {" ".join(label.split()) for label in _LABEL.findall(prose(document))}


def _is_row(line: str) -> bool:
    return line.startswith("|")


def _is_no_row(line: str) -> bool:
    return not line.startswith("|")
