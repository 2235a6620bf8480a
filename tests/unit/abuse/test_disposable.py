"""Which addresses are at a provider of addresses to throw away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.abuse.disposable import domain_of


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("x@mailinator.com", "mailinator.com"),
        ("x@MAILINATOR.COM", "mailinator.com"),
        ("x@inbox.mailinator.com", "mailinator.com"),
        ("x@example.com", ""),
        ("x@gmail.com", ""),
        ("x@duck.com", ""),  # forwards to a lasting address
        ("mailinator.com@example.com", ""),
        ("x@mailinator.com.example.com", ""),
    ],
)
def test_a_domain_on_the_list_is_found_itself_or_above(email: str, domain: str) -> None:
    assert domain_of(email) == domain


@given(st.text())
def test_whatever_an_address_is_it_is_at_one_or_not(text: str) -> None:
    assert isinstance(domain_of(text), str)
