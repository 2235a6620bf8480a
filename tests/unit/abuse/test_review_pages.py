"""Reviews in the console."""

import pytest
from django.test import Client

from naxios.abuse import reviews
from naxios.accounts.models import User
from tests.unit.abuse.people import look_alike, person, review_of, reviewed, share_key


def text_of(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_it_works(console: Client, ada: User) -> None:
    review = reviewed(ada)

    page = text_of(console, "/staff/reviews/")

    assert f'<a href="/staff/reviews/{review.pk}/">ada@example.com</a>' in page
    assert 'href="/staff/reviews/"' in text_of(console, "/staff/")


@pytest.mark.parametrize(
    ("show", "said"), [("open", "Nothing to review"), ("held", "None here"), ("other", "Nothing to review")]
)
def test_an_empty_queue_says_so(console: Client, show: str, said: str) -> None:
    assert said in text_of(console, f"/staff/reviews/?show={show}")


def test_many_reviews_come_in_pages(console: Client) -> None:
    for number in range(51):
        reviewed(person(f"person{number:02}@example.com"))

    assert "person00@" in text_of(console, "/staff/reviews/")
    assert "person50@" in text_of(console, "/staff/reviews/?page=2")


def test_a_review_shows_the_account_its_signs_and_who_is_like_it(console: Client, ada: User) -> None:
    bob = person("bob@example.com")
    look_alike(ada, bob)
    share_key(ada)
    share_key(bob)

    page = text_of(console, f"/staff/reviews/{review_of(ada).pk}/")

    assert "was used from 15 networks within an hour" in page
    assert "a browser that 2 accounts used within 30 days, this one among them" in page
    assert "A family, a class or a library with one computer." in page
    assert f'<a href="/staff/reviews/{review_of(bob).pk}/">open</a>' in page
    assert "Review opened" in page


def test_a_review_that_does_not_exist_is_not_found(console: Client) -> None:
    text_of(console, "/staff/reviews/999/", 404)


@pytest.mark.parametrize(
    ("decision", "held", "state", "said"),
    [
        ("clear", False, "cleared", "The same signs will not open another review"),
        ("hold", False, "held", "Its free tier is held"),
        ("release", True, "released", "Its free tier is released"),
    ],
)
def test_staff_decide(
    console: Client, staff: User, ada: User, decision: str, held: bool, state: str, said: str
) -> None:
    review = reviewed(ada)
    if held:
        reviews.hold(review=review, actor=staff)

    answer = console.post(f"/staff/reviews/{review.pk}/decide/", {"decision": decision, "note": "Why"}, follow=True)

    page = answer.content.decode()
    assert f">{state}</span>" in page
    assert said in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"decision": "clear", "note": ""}, "Say in a sentence why it is harmless"),
        ({"decision": "release", "note": ""}, "is not held"),
        ({"decision": "clear", "note": "x" * 401}, "at most 400 characters"),
        ({"decision": "ban", "note": "Why"}, "Decide"),
        ({}, "Decide"),
    ],
)
def test_what_cannot_be_decided_is_refused(console: Client, ada: User, fields: dict[str, str], said: str) -> None:
    review = reviewed(ada)

    answer = console.post(f"/staff/reviews/{review.pk}/decide/", fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert review_of(ada).is_open


def test_suspending_asks_for_a_reason_and_for_more_than_signs(console: Client, ada: User) -> None:
    path = f"/staff/reviews/{reviewed(ada).pk}/suspend/"
    assert "Signs alone are no grounds." in text_of(console, path)

    for fields in ({"reason": "", "is_sure": "on"}, {"reason": "Sold keys."}):
        assert console.post(path, fields).status_code == 422
    ada.refresh_from_db()
    assert not ada.is_suspended

    answer = console.post(path, {"reason": "Sold keys.", "is_sure": "on"}, follow=True)

    ada.refresh_from_db()
    assert ada.is_suspended
    assert "Sold keys." in answer.content.decode()
    assert "decided already" in text_of(console, path)


PATHS = ["/staff/reviews/", "/staff/reviews/1/", "/staff/reviews/1/suspend/", "/staff/audit/"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_for_staff(ada: User, pages: None, path: str) -> None:
    reviewed(ada)
    browser = Client()
    assert browser.get(path)["Location"] == f"/accounts/login/?next={path}"

    browser.force_login(ada)

    assert browser.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/staff/reviews/1/decide/", "/staff/reviews/1/suspend/"])
def test_nobody_else_decides(ada: User, pages: None, path: str) -> None:
    review = reviewed(ada)
    browser = Client()
    browser.force_login(ada)
    fields = {"decision": "clear", "note": "Me", "reason": "Me", "is_sure": "on"}

    assert browser.post(path, fields).status_code == 403
    review.refresh_from_db()
    assert review.is_open
