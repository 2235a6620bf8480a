"""Forms are read as the library writes them, whatever is in them."""

from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from tests.stand_ins.stripe.forms import decode

names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
texts = st.text(max_size=12)
values = st.recursive(
    texts,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=8,
)


def as_read(value: Any) -> Any:
    """Lists are told apart from objects only once it is known what a parameter may be."""
    if isinstance(value, list):
        value = {str(number): inner for number, inner in enumerate(value)}
    return {name: as_read(inner) for name, inner in value.items()} if isinstance(value, dict) else value


@given(st.dictionaries(names, values, max_size=4))
def test_what_the_library_encodes_is_decoded(params: dict[str, Any]) -> None:
    assert decode(urlencode(list(_api_encode(params)))) == as_read(params)


@given(st.text(max_size=60))
def test_anything_else_is_decoded_too(encoded: str) -> None:
    assert isinstance(decode(encoded), dict)
