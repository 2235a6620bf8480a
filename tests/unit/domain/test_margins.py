"""Margins: revenue shared by use, costs rounded once, and everything adds up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.costs import trillionths_of_fine
from naxios.domain.margins import NO_USE, Sums, margins

DAY = date(2026, 11, 1)
NEXT = DAY + timedelta(days=1)

currencies, days = st.sampled_from(["usd", "jpy"]), st.sampled_from([DAY, NEXT])
models = st.sampled_from(["a", "b", "c", "d"])
earned_amounts = st.dictionaries(st.tuples(currencies, days), st.integers(-(10**6), 10**6))
used_tokens = st.dictionaries(st.tuples(currencies, days), st.dictionaries(models, st.integers(0, 10**9)))
spent_amounts = st.dictionaries(st.tuples(currencies, days, models), st.integers(0, 10**15))


def test_revenue_goes_to_models_by_the_tokens_of_those_who_pay() -> None:
    found = margins(
        earned={("usd", DAY): 100},
        tokens={("usd", DAY): {"a": 1, "b": 2}},
        costs={("usd", DAY, "a"): 10 * trillionths_of_fine("usd")},
    )

    assert found.by_model("usd") == [("b", Sums(6_667, 0)), ("a", Sums(3_333, 10))]
    assert found.total("usd").margin == 10_000 - 10


def test_a_day_on_which_nobody_who_pays_used_anything_stands_by_itself() -> None:
    found = margins(earned={("usd", DAY): 100}, tokens={("usd", DAY): {"a": 0}}, costs={})

    assert found.by_model("usd") == [(NO_USE, Sums(10_000, 0))]


def test_currencies_are_never_added() -> None:
    found = margins(earned={("usd", DAY): 100, ("eur", DAY): 7}, tokens={}, costs={("chf", DAY, "a"): 10**12})

    assert found.currencies == ["chf", "eur", "usd"]
    assert [found.total(currency) for currency in found.currencies] == [Sums(0, 10_000), Sums(700, 0), Sums(10_000, 0)]


def test_costs_too_small_to_be_shown_add_up_all_the_same() -> None:
    half = trillionths_of_fine("usd") // 2

    found = margins(earned={}, tokens={}, costs={("usd", DAY, model): half for model in "abcd"})

    assert found.total("usd").cost == 2
    assert [sums.cost for _, sums in found.by_model("usd")] == [1, 1]


@given(earned_amounts, used_tokens, spent_amounts)
def test_rows_and_columns_add_up_to_what_was_earned_and_spent(
    earned: dict[tuple[str, date], int],
    tokens: dict[tuple[str, date], dict[str, int]],
    spent: dict[tuple[str, date, str], int],
) -> None:
    found = margins(earned=earned, tokens=tokens, costs=spent)

    for currency in ("usd", "jpy"):
        total, unit = found.total(currency), trillionths_of_fine(currency)
        by_model = [sums for _, sums in found.by_model(currency)]
        by_day = list(found.by_day(currency).values())
        exact = sum(amount for (of, _, _), amount in spent.items() if of == currency)
        for part in (by_model, by_day):
            assert sum(sums.revenue for sums in part) == total.revenue
            assert sum(sums.cost for sums in part) == total.cost
        assert total.revenue == 100 * sum(amount for (of, _), amount in earned.items() if of == currency)
        assert abs(total.cost * unit - exact) * 2 <= unit
