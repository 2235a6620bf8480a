"""A key that many networks share is told of, by how many they are; addresses are remembered nowhere."""

from pathlib import Path

from naxios.domain import clock
from naxios.domain.journal import Entry, SharedKeyEntry
from naxios.gateway import networks
from naxios.gateway.journal import Journal
from naxios.gateway.networks import COUNTED_TO, TOLD_FROM, NetworkTally
from naxios.usage import journal_files
from tests.unit.gateway.builders import principal

HOUR = 490_000
NOW = HOUR * clock.HOUR


def flushed(tally: NetworkTally, directory: Path) -> list[Entry]:
    """What :meth:`NetworkTally.flush` writes."""
    journal = Journal(directory)
    before = journal.position[1]
    tally.flush(journal)
    segment = directory / journal.segment
    journal.close()
    return [entry for batch in journal_files.read(segment, before) for entry in batch.entries]


def used_from(tally: NetworkTally, count: int, *, first: int = 0, key_id: int = 42, now: int = NOW) -> None:
    """One request from each of ``count`` networks."""
    for number in range(first, first + count):
        tally.note(principal(key_id=key_id), f"8.8.{number}.7", now)


def test_a_key_of_many_networks_is_told_once_with_their_number(tmp_path: Path) -> None:
    tally = NetworkTally()
    used_from(tally, TOLD_FROM + 3)

    assert flushed(tally, tmp_path) == [SharedKeyEntry(17, 42, HOUR, TOLD_FROM + 3)]
    assert flushed(tally, tmp_path) == []


def test_what_comes_later_in_the_hour_is_told_with_what_was_before(tmp_path: Path) -> None:
    tally = NetworkTally()
    used_from(tally, TOLD_FROM)
    flushed(tally, tmp_path)

    used_from(tally, 1, first=TOLD_FROM)

    assert flushed(tally, tmp_path) == [SharedKeyEntry(17, 42, HOUR, TOLD_FROM + 1)]


def test_few_networks_are_not_told(tmp_path: Path) -> None:
    tally = NetworkTally()
    used_from(tally, TOLD_FROM - 1)
    used_from(tally, TOLD_FROM - 1, key_id=43)

    assert flushed(tally, tmp_path) == []


def test_a_network_counts_once_however_many_of_its_addresses_ask(tmp_path: Path) -> None:
    tally = NetworkTally()
    for number in range(200):
        tally.note(principal(), f"8.8.4.{number}", NOW)
        tally.note(principal(), f"2606:4700:1:{number:x}::1", NOW)

    assert flushed(tally, tmp_path) == []


def test_an_hour_begins_from_nothing_and_loses_nothing_of_the_one_before(tmp_path: Path) -> None:
    tally = NetworkTally()
    used_from(tally, TOLD_FROM)
    used_from(tally, TOLD_FROM - 1, now=NOW + clock.HOUR)

    assert flushed(tally, tmp_path) == [SharedKeyEntry(17, 42, HOUR, TOLD_FROM)]
    used_from(tally, 1, first=TOLD_FROM, now=NOW + clock.HOUR)
    assert flushed(tally, tmp_path) == [SharedKeyEntry(17, 42, HOUR + 1, TOLD_FROM)]


def test_what_is_no_outer_address_does_not_count(tmp_path: Path) -> None:
    tally = NetworkTally()
    for address in [f"10.0.{number}.1" for number in range(20)] + ["", "unknown", "_hidden", "127.0.0.1", "::1"]:
        tally.note(principal(), address, NOW)

    assert flushed(tally, tmp_path) == []


def test_one_key_takes_a_bounded_room(tmp_path: Path) -> None:
    tally = NetworkTally()
    used_from(tally, COUNTED_TO + 100)

    assert flushed(tally, tmp_path) == [SharedKeyEntry(17, 42, HOUR, COUNTED_TO)]
    assert len(tally._known) == COUNTED_TO


def test_all_keys_together_take_a_bounded_room() -> None:
    tally = NetworkTally()
    for key_id in range(networks.MOST_KNOWN + 10):
        tally.note(principal(key_id=key_id), "8.8.8.8", NOW)

    assert len(tally._known) == networks.MOST_KNOWN


def test_nothing_that_is_remembered_tells_an_address_or_ties_hours_together() -> None:
    tally = NetworkTally()
    used_from(tally, 10)
    first = set(tally._known)
    used_from(tally, 10, now=NOW + clock.HOUR)

    assert all(len(digest) == 8 for digest in first)
    assert not first & tally._known
