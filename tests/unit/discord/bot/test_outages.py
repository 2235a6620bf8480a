"""When an outage is told of: never for a flicker, never twice, and its end only once it has been seen."""

from collections.abc import Iterable

import pytest

from naxios.discord.bot.outages import PATIENCE, End, Told, Watch
from naxios.status.evidence import Kind, Observed, Proof, Subject

BEGINS_AFTER, OVER_AFTER, QUIET_AFTER = PATIENCE
ONE, TWO = Subject(Kind.PROVIDER, "one"), Subject(Kind.MODEL, "two")
WORKS, FAILS, NOTHING = Proof.WORKS, Proof.FAILS, Proof.NOTHING


def tell(watch: Watch, *looks: tuple[float, Proof]) -> list[tuple[float, str]]:
    """What is told of ONE while it is observed so, with when."""
    happened = []
    for now, proof in looks:
        told = watch.look({ONE: Observed(proof)}, now)
        happened += [(now, "begun") for _ in told.begun]
        happened += [(now, end.value) for end in told.ended.values()]
    return happened


def seconds(start: float, proof: Proof, count: float) -> Iterable[tuple[float, Proof]]:
    """A look each second."""
    return [(start + second, proof) for second in range(int(count) + 1)]


def test_an_outage_is_told_once_it_has_lasted_and_again_when_it_is_over() -> None:
    happened = tell(Watch(set(), 0), *seconds(0, FAILS, 100), *seconds(101, WORKS, 100))

    assert happened == [(BEGINS_AFTER, "begun"), (101 + OVER_AFTER, "works")]


def test_a_flicker_is_not_told() -> None:
    looks = [
        look for start in range(0, 600, 20) for look in (*seconds(start, FAILS, 15), *seconds(start + 16, WORKS, 3))
    ]

    assert tell(Watch(set(), 0), *looks) == []


def test_a_relapse_belongs_to_the_same_outage() -> None:
    looks = [*seconds(0, FAILS, 40), *seconds(41, WORKS, 10), *seconds(52, FAILS, 40), *seconds(93, WORKS, 40)]

    assert tell(Watch(set(), 0), *looks) == [(BEGINS_AFTER, "begun"), (93 + OVER_AFTER, "works")]


def test_rest_between_failures_does_not_begin_anew() -> None:
    assert tell(Watch(set(), 0), (0, FAILS), (3, NOTHING), (300, NOTHING), (301, FAILS)) == [(301, "begun")]


def test_what_nobody_tries_is_not_told_to_be_broken() -> None:
    assert tell(Watch(set(), 0), (0, FAILS), *seconds(3, NOTHING, 600)) == []


def test_what_nobody_has_seen_fail_for_long_is_over_though_nobody_saw_it_work() -> None:
    happened = tell(Watch({ONE}, 0), (1, FAILS), (500, NOTHING), (1 + QUIET_AFTER, NOTHING))

    assert happened == [(1 + QUIET_AFTER, "quiet")]


def test_after_a_restart_what_was_told_is_not_told_again() -> None:
    happened = tell(Watch({ONE}, 0), *seconds(0, FAILS, 100), *seconds(101, WORKS, 60))

    assert happened == [(101 + OVER_AFTER, "works")]


def test_a_restart_alone_is_no_proof_that_it_works() -> None:
    assert tell(Watch({ONE}, 0), *seconds(0, NOTHING, 300)) == []


def test_what_is_not_offered_any_more_is_over() -> None:
    watch = Watch({ONE}, 0)

    assert watch.look({TWO: Observed(WORKS)}, 1).ended == {ONE: End.REMOVED}
    assert watch.look({TWO: Observed(WORKS)}, 2).ended == {}


def test_while_nobody_can_tell_nothing_is_told() -> None:
    watch = Watch({ONE}, 0)

    assert watch.look(None, 10_000) == Told()


@pytest.mark.parametrize("proof", [WORKS, NOTHING])
def test_what_never_failed_is_not_told_of(proof: Proof) -> None:
    assert tell(Watch(set(), 0), *seconds(0, proof, 2000)) == []


def test_subjects_are_watched_apart() -> None:
    watch = Watch(set(), 0)
    watch.look({ONE: Observed(FAILS), TWO: Observed(WORKS)}, 0)

    told = watch.look({ONE: Observed(FAILS), TWO: Observed(FAILS)}, BEGINS_AFTER)

    assert told.begun == {ONE: BEGINS_AFTER}
