"""How often one person may give commands."""

from naxios.discord.bot import throttle
from naxios.discord.bot.throttle import Throttle


def test_so_many_are_allowed_and_the_next_waits() -> None:
    limit = Throttle(2, 60)

    assert [limit.wait("ada", 0), limit.wait("ada", 10), limit.wait("ada", 20)] == [0, 0, 40]
    assert limit.wait("ada", 60) == 0
    assert limit.wait("ada", 61) == 9


def test_everybody_has_their_own() -> None:
    limit = Throttle(1, 60)

    assert (limit.wait("ada", 0), limit.wait("bob", 0)) == (0, 0)


def test_those_refused_do_not_count() -> None:
    limit = Throttle(1, 60)
    limit.wait("ada", 0)

    for second in range(1, 60):
        assert limit.wait("ada", second)

    assert limit.wait("ada", 60) == 0


def test_it_does_not_grow_for_ever() -> None:
    limit = Throttle(1, 60)

    for person in range(3 * throttle.MOST_PEOPLE):
        limit.wait(str(person), 0)

    assert len(limit._acts) <= throttle.MOST_PEOPLE + 1
