"""What documents say about pages is so: the names, buttons, places, mails, components and numbers that they name."""

import re
from pathlib import Path

import pytest
from allauth.account import app_settings
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from naxios import branding
from naxios.api.authentication import TokenThrottle
from naxios.mail import services as mail
from naxios.web import navigation
from tests.docs import markdown

SOURCE = markdown.ROOT / "src" / "naxios"
DOCS = markdown.ROOT / "docs"
ACCOUNTS = DOCS / "operators" / "accounts.md"
API = DOCS / "developers" / "management-api.md"
BRANDING = DOCS / "operators" / "branding.md"
DASHBOARD = DOCS / "developers" / "dashboard.md"
CONSOLE = DOCS / "staff" / "console.md"
DESIGN = DOCS / "design.md"
MAIL = DOCS / "operators" / "mail.md"

_FORMS = {
    form: {limit.rsplit("/", 1)[1]: limit.partition("/")[0] for limit in str(limits).split(",")}
    for form, limits in app_settings.RATE_LIMITS.items()
}
"""How often a form may be sent, by what is counted: ``20/m/ip`` is 20 for ``ip``."""
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
    ("document", "groups"),
    [(DASHBOARD, navigation.DASHBOARD), (CONSOLE, navigation.CONSOLE)],
    ids=["dashboard", "console"],
)
def test_every_place_of_the_navigation_is_in_the_table(document: Path, groups: tuple[navigation.Group, ...]) -> None:
    rows = markdown.table(document, "The places")
    places = [place for group in groups for place in group.places if _exists(place)]

    assert [(name, markdown.code(path)) for name, path, *_ in rows] == [
        (f"“{place.label}”", reverse(place.url_name)) for place in places
    ]


def test_every_mail_is_in_the_table() -> None:
    rows = markdown.table(MAIL, "What is mailed")

    assert {name for name, *_ in rows} == {f"“{subject}”" for subject in _subjects()}


@pytest.mark.parametrize(
    ("document", "fact"),
    [
        (BRANDING, f"at most {branding.LARGEST_LOGO // 1024} KiB"),
        (BRANDING, f"a contrast of {branding.READABLE} to 1"),
        (MAIL, f"{mail.MOST_ATTEMPTS} times in all"),
        (MAIL, f"up to every {mail.LONGEST_PAUSE.seconds // 3600} hours"),
        (MAIL, f"After {mail.KEPT.days} days it forgets the rest"),
        (API, f"more than {TokenThrottle().num_requests} requests in a minute"),
        (ACCOUNTS, f"A session lasts {settings.SESSION_COOKIE_AGE // (24 * 3600)} days"),
        (ACCOUNTS, f"if {settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60} minutes have passed"),
        (ACCOUNTS, f"signing up | {_FORMS['signup']['ip']} times a minute"),
        (ACCOUNTS, f"signing in | {_FORMS['login']['ip']} times a minute"),
        (ACCOUNTS, f"after {_FORMS['login_failed']['key']} failures for one account"),
        (ACCOUNTS, f"asking for a new password | {_FORMS['reset_password']['ip']} times a minute"),
    ],
)
def test_numbers_are_those_of_the_source(document: Path, fact: str) -> None:
    assert fact in " ".join(document.read_text().split())


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
