"""Asking about everybody, some at a time."""

from naxios.discord.bot.catching_up import CatchingUp
from naxios.discord.bot.events import MembersTold
from tests.unit.discord.members import GUILD


def told(nonce: str) -> MembersTold:
    return MembersTold(GUILD, nonce, (), ())


def test_everybody_is_asked_about_once() -> None:
    catching_up = CatchingUp(range(250), "n")

    asked = []
    while (question := catching_up.next()) is not None:
        asked.append(question)

    assert [len(question.discord_ids) for question in asked] == [50, 50, 50, 50, 50]
    assert [id for question in asked for id in question.discord_ids] == list(range(250))


def test_with_nobody_nothing_is_asked() -> None:
    assert CatchingUp([], "n").next() is None


def test_only_the_answer_to_the_latest_question_counts() -> None:
    catching_up = CatchingUp(range(150), "n")
    first = catching_up.next()
    assert first is not None
    assert catching_up.is_answered_by(told(first.nonce))
    assert not catching_up.is_answered_by(told("another"))

    catching_up.next()

    assert not catching_up.is_answered_by(told(first.nonce))
