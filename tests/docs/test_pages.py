"""What documents say about pages is so: the names, buttons, places, mails and components that they speak of exist."""

import re
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from naxios.web import navigation
from tests.docs import markdown

SOURCE = markdown.ROOT / "src" / "naxios"
DOCS = markdown.ROOT / "docs"
DASHBOARD = DOCS / "developers" / "dashboard.md"
CONSOLE = DOCS / "staff" / "console.md"
DESIGN = DOCS / "design.md"
MAIL = DOCS / "operators" / "mail.md"

_SUBJECT = re.compile(r"{% block subject %}(.+?){% endblock %}")
_NAMED_FILE = re.compile(r"`((?:[\w-]+/)*[\w-]+\.(?:html|css|js|py))`")
_CLASS = re.compile(r"`\.([a-z][a-z-]*)`")


@pytest.fixture(scope="module")
def on_pages() -> str:
    """All the text that pages can have."""
    texts = [file.read_text() for kind in ("html", "py", "js") for file in sorted(SOURCE.rglob(f"*.{kind}"))]
    return " ".join("\n".join(texts).split())


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_what_a_document_quotes_stands_on_a_page(document: Path, on_pages: str) -> None:
    quoted = markdown.labels(document) - _subjects()

    assert {label for label in quoted if label not in on_pages} == set()


@pytest.mark.parametrize(
    ("document", "heading", "groups"),
    [(DASHBOARD, "The places", navigation.DASHBOARD), (CONSOLE, "The places", navigation.CONSOLE)],
)
def test_every_place_of_the_navigation_is_in_the_table(
    document: Path, heading: str, groups: tuple[navigation.Group, ...]
) -> None:
    rows = markdown.table(document, heading)
    places = [place for group in groups for place in group.places if _exists(place)]

    assert [(name, markdown.code(path)) for name, path, *_ in rows] == [
        (f"“{place.label}”", reverse(place.url_name)) for place in places
    ]


def test_every_mail_is_in_the_table() -> None:
    rows = markdown.table(MAIL, "What is mailed")

    assert {name for name, *_ in rows} == {f"“{subject}”" for subject in _subjects()}


def test_every_file_that_the_design_names_is_there() -> None:
    named = _NAMED_FILE.findall(DESIGN.read_text())

    assert named
    assert [name for name in named if not (any(SOURCE.rglob(name)) or (markdown.ROOT / name).exists())] == []


def test_every_class_that_the_design_names_has_a_style() -> None:
    styles = "\n".join(file.read_text() for file in SOURCE.rglob("*.css"))
    named = _CLASS.findall(DESIGN.read_text())

    assert named
    assert [name for name in named if not re.search(rf"\.{name}(?![\w-])", styles)] == []


def _subjects() -> set[str]:
    """What stands in the subject of every mail that there is a template for."""
    return {subject for file in SOURCE.rglob("*.txt") for subject in _SUBJECT.findall(file.read_text())}


def _exists(place: navigation.Place) -> bool:
    try:
        reverse(place.url_name)
    except NoReverseMatch:
        return False
    return True
