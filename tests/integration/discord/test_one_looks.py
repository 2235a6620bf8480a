"""Of several processes, one looks after memberships."""

from pathlib import Path

from django.utils import timezone

from naxios.discord.models import Identity
from naxios.server.leadership import FileLeadership
from naxios.server.membership import MembershipWatch
from tests.integration.discord.bots import member, wait_for
from tests.stand_ins.discord.server import StandInDiscord


def test_who_does_not_lead_asks_about_nobody_and_the_next_one_does(at_discord: StandInDiscord, tmp_path: Path) -> None:
    member(at_discord)
    Identity.objects.update(next_check_at=timezone.now())
    other = FileLeadership(tmp_path / "lock")
    assert other.take()
    turns: list[bool] = []

    with MembershipWatch(Told(tmp_path / "lock", turns)):
        wait_for(lambda: turns)
    assert (turns, at_discord.asked) == ([False], [])

    other.release()
    with MembershipWatch(Told(tmp_path / "lock", turns)):
        wait_for(lambda: at_discord.asked)
    assert turns == [False, True]
    assert other.take(), "who stops lets others lead"
    other.release()


class Told(FileLeadership):
    """Notes in ``turns`` whether it led when it was asked."""

    def __init__(self, path: Path, turns: list[bool]) -> None:
        super().__init__(path)
        self._turns = turns

    def take(self) -> bool:
        leads = super().take()
        self._turns.append(leads)
        return leads
