"""A flood of refusals comes to a few lines."""

from pathlib import Path

from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry
from naxios.gateway.journal import Journal
from naxios.gateway.refusals import RefusalTally
from naxios.usage import journal_files
from tests.unit.gateway.builders import principal

MINUTE = 29_000_000
NOW = MINUTE * clock.MINUTE


def flushed(tally: RefusalTally, directory: Path) -> list[Entry]:
    """What :meth:`RefusalTally.flush` writes."""
    journal = Journal(directory)
    before = journal.position[1]
    tally.flush(journal)
    segment = directory / journal.segment
    journal.close()
    return [entry for batch in journal_files.read(segment, before) for entry in batch.entries]


def test_refusals_of_one_key_for_one_reason_in_one_minute_are_one_entry(tmp_path: Path) -> None:
    tally = RefusalTally()
    for number in range(1_000):
        tally.count(principal(), "tokens_per_day", NOW + number)

    assert flushed(tally, tmp_path) == [RefusalEntry(17, 42, "tokens_per_day", MINUTE, 1_000)]


def test_another_key_reason_or_minute_is_an_entry_of_its_own(tmp_path: Path) -> None:
    tally = RefusalTally()
    tally.count(principal(), "tokens_per_day", NOW)
    tally.count(principal(key_id=43), "tokens_per_day", NOW)
    tally.count(principal(account_id=18, key_id=44), "tokens_per_day", NOW)
    tally.count(principal(), "concurrency", NOW)
    tally.count(principal(), "tokens_per_day", NOW + clock.MINUTE)

    assert flushed(tally, tmp_path) == [
        RefusalEntry(17, 42, "tokens_per_day", MINUTE, 1),
        RefusalEntry(17, 43, "tokens_per_day", MINUTE, 1),
        RefusalEntry(18, 44, "tokens_per_day", MINUTE, 1),
        RefusalEntry(17, 42, "concurrency", MINUTE, 1),
        RefusalEntry(17, 42, "tokens_per_day", MINUTE + 1, 1),
    ]


def test_what_was_flushed_is_not_flushed_again(tmp_path: Path) -> None:
    tally = RefusalTally()
    tally.count(principal(), "tokens_per_day", NOW)
    flushed(tally, tmp_path)

    assert flushed(tally, tmp_path) == []
    tally.count(principal(), "tokens_per_day", NOW)
    assert flushed(tally, tmp_path) == [RefusalEntry(17, 42, "tokens_per_day", MINUTE, 1)]
