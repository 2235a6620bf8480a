"""Whatever JSON a stranger might send."""

from typing import Any

from hypothesis import strategies as st


def json_values(*, max_leaves: int = 8) -> st.SearchStrategy[Any]:
    """Values that `json.dumps` writes as valid JSON."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.integers(-(10**30), 10**30)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20)
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=max_leaves,
    )
