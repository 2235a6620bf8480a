"""Nobody can find out which addresses have accounts: not by answers, not by the work that they take."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from naxios.accounts.models import User
from tests.unit.accounts.people import ADA, PASSWORD, confirm, mails_to, person, signed_in

UNKNOWN = "eve@example.com"  # as long as ADA
_CHANGING = re.compile(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"')
_COOKIE = re.compile(r"=[^;]+")

FORMS = {
    "sign in": ("/accounts/login/", {"login": "{email}", "password": "not this one"}),
    "sign up": ("/accounts/signup/", {"email": "{email}", "password1": PASSWORD, "is_old_enough": "on"}),
    "reset": ("/accounts/password/reset/", {"email": "{email}"}),
}
each_form = pytest.mark.parametrize("form", FORMS, ids=str)


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    count = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).count += 1
        return super().encode(password, salt)


@pytest.fixture
def hasher() -> Iterator[type[CountingHasher]]:
    CountingHasher.count = 0
    with override_settings(PASSWORD_HASHERS=["tests.unit.accounts.test_enumeration.CountingHasher"]):
        yield CountingHasher


def _send(form: str, email: str) -> list[tuple[int, str, str]]:
    """Everything that a browser gets to see, page after page, without what changes each time."""
    path, fields = FORMS[form]
    browser = Client(headers={"host": "testserver"})
    browser.get(path)
    data = {name: value.format(email=email) for name, value in fields.items()}
    answers = [browser.post(path, data)]
    while answers[-1].status_code == 302:
        answers.append(browser.get(answers[-1]["Location"]))
    return [_masked(answer, email) for answer in answers]


def _masked(answer: object, email: str) -> tuple[int, str, str]:
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.items()) if name != "Expires")  # type: ignore[attr-defined]
    cookies = [_COOKIE.sub("=…", morsel.OutputString(), count=1) for morsel in answer.cookies.values()]  # type: ignore[attr-defined]
    cookies = [re.sub(r"expires=[^;]+", "expires=…", cookie) for cookie in cookies]
    body = _CHANGING.sub(r"\1…", answer.content.decode()).replace(email, "EMAIL")  # type: ignore[attr-defined]
    return answer.status_code, headers + "\n".join(cookies), body  # type: ignore[attr-defined]


@each_form
@pytest.mark.usefixtures("ada")
def test_the_answers_are_the_same(form: str) -> None:
    known, unknown = _send(form, ADA), _send(form, UNKNOWN)

    assert known == unknown


@each_form
def test_each_takes_as_many_password_hashes(ada: User, hasher: type[CountingHasher], form: str) -> None:
    ada.set_password(PASSWORD)
    ada.save()
    hasher.count = 0
    _send(form, ADA)
    known, hasher.count = hasher.count, 0

    _send(form, UNKNOWN)

    assert known == hasher.count
    assert known == (0 if form == "reset" else 1)


@each_form
@pytest.mark.usefixtures("ada")
def test_each_takes_as_many_commits(form: str) -> None:
    """A commit waits for the disk, which can be measured from afar; a statement inside one cannot."""
    known, unknown = _commits(form, ADA), _commits(form, UNKNOWN)
    assert known == unknown


@pytest.mark.parametrize("form", ["sign up", "reset"])
@pytest.mark.usefixtures("ada")
def test_either_way_one_mail_is_written(form: str) -> None:
    _send(form, ADA)
    _send(form, UNKNOWN)

    assert (len(mails_to(ADA)), len(mails_to(UNKNOWN))) == (1, 1)


@pytest.mark.usefixtures("ada")
def test_asking_for_a_taken_address_looks_like_asking_for_a_free_one() -> None:
    pages = []
    for email in (ADA, "new@example.com"):
        User.objects.filter(email="bob@example.com").delete()
        browser = _bob()
        answer = browser.post("/dashboard/settings/email/", {"email": email})
        pages.append((answer.status_code, answer["Location"], _masked(browser.get("/dashboard/settings/"), email)))

    assert pages[0] == pages[1]


def _bob() -> Client:
    person("bob@example.com")
    browser = signed_in("bob@example.com")
    confirm(browser)
    return browser


def _commits(form: str, email: str) -> int:
    """How often the disk is waited for: transactions, and writes outside of any."""
    with CaptureQueriesContext(connection) as queries:
        _send(form, email)
    commits, inside = 0, False
    for query in queries:
        statement = query["sql"].split()[0]
        if statement in ("BEGIN", "COMMIT"):
            inside = statement == "BEGIN"
        commits += statement == "COMMIT" or (not inside and statement in ("INSERT", "UPDATE", "DELETE"))
    return commits
