"""The journal is carried into the database exactly once, wherever the carrying was interrupted."""

import fcntl
from pathlib import Path

import pytest
from django.db import IntegrityError

from naxios.domain.journal import RefusalEntry, encode_line
from naxios.errors import Refused
from naxios.gateway.journal import Journal
from naxios.usage import journal_files, queries, services
from naxios.usage.models import RefusalCount, UsageRecord
from naxios.usage.tasks import drain_journal
from tests.unit.entries import used

pytestmark = pytest.mark.usefixtures("database")

LINE = len(encode_line(used()))


def write(directory: Path, *numbers: int) -> Path:
    """A finished segment with one request for each number."""
    journal = Journal(directory)
    for number in numbers:
        journal.append(used(number))
    journal.close()
    return directory / journal.segment


def recorded() -> list[int]:
    """The numbers of the requests that are in the database."""
    return sorted(int(request_id[4:], 16) for request_id in UsageRecord.objects.values_list("request_id", flat=True))


def segments(directory: Path) -> list[Path]:
    return journal_files.segments(directory)


# What is carried


def test_a_directory_that_does_not_exist_is_made_and_has_nothing(tmp_path: Path) -> None:
    assert drain_journal(tmp_path / "journal") == 0


def test_everything_in_every_segment_is_carried_and_finished_segments_are_deleted(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    write(tmp_path, 3)
    write(tmp_path)

    assert drain_journal(tmp_path) == 3

    assert recorded() == [1, 2, 3]
    assert segments(tmp_path) == []
    assert queries.journal_positions() == {}


def test_a_segment_that_is_still_written_is_carried_and_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in (1, 2, 3):
        journal.append(used(number))
        assert drain_journal(tmp_path) == 1
        assert drain_journal(tmp_path) == 0

    assert recorded() == [1, 2, 3]
    assert queries.journal_positions() == {journal.segment: journal.position[1]}
    journal.close()
    assert drain_journal(tmp_path) == 0
    assert segments(tmp_path) == []


def test_refusals_are_carried_too(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(RefusalEntry(17, 42, "concurrency", 29_000_000, 5))
    journal.close()

    assert drain_journal(tmp_path) == 1

    assert RefusalCount.objects.get().count == 5


def test_a_segment_larger_than_a_batch_is_carried_whole(tmp_path: Path) -> None:
    count = journal_files.READ_BYTES * 2 // LINE + 3
    write(tmp_path, *range(count))

    assert drain_journal(tmp_path) == count

    assert recorded() == list(range(count))


# Where it was interrupted


@pytest.mark.parametrize("carried", [0, 1, 2, 3])
def test_what_was_carried_before_a_crash_is_not_carried_again(tmp_path: Path, carried: int) -> None:
    """Records and position are one transaction: the next process begins where that one ended."""
    segment = write(tmp_path, 1, 2, 3)
    services.record(entries=[used(n) for n in range(1, carried + 1)], segment=segment.name, offset=carried * LINE)

    assert drain_journal(tmp_path) == 3 - carried

    assert recorded() == [1, 2, 3]
    assert segments(tmp_path) == []
    assert queries.journal_positions() == {}


def test_a_crash_between_deleting_a_segment_and_forgetting_it_is_tidied_up(tmp_path: Path) -> None:
    services.record(entries=[used(1)], segment="gone.journal", offset=LINE)

    assert drain_journal(tmp_path) == 0

    assert queries.journal_positions() == {}
    assert recorded() == [1]


def test_a_crash_between_batches_repeats_none_of_them(tmp_path: Path) -> None:
    in_a_batch = journal_files.READ_BYTES // LINE
    segment = write(tmp_path, *range(in_a_batch + 5))
    services.record(
        entries=[used(number) for number in range(in_a_batch)], segment=segment.name, offset=in_a_batch * LINE
    )

    assert drain_journal(tmp_path) == 5

    assert recorded() == list(range(in_a_batch + 5))


def test_an_entry_that_cannot_be_stored_stops_the_carrying_and_loses_nothing(tmp_path: Path) -> None:
    write(tmp_path, 1)
    bad = write(tmp_path, 2, 1)

    with pytest.raises(IntegrityError):
        drain_journal(tmp_path)

    assert recorded() == [1]
    assert segments(tmp_path) == [bad]


# What is damaged or unfinished


def test_a_line_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    line = encode_line(used(1))
    with (tmp_path / journal.segment).open("ab") as file:
        file.write(line[:50])
        file.flush()
        assert drain_journal(tmp_path) == 0
        file.write(line[50:])

    assert drain_journal(tmp_path) == 1

    assert recorded() == [1]
    journal.close()


def test_what_a_killed_process_could_not_finish_is_passed_over(tmp_path: Path) -> None:
    segment = write(tmp_path, 1)
    with segment.open("ab") as file:
        file.write(encode_line(used(2))[:50])

    assert drain_journal(tmp_path) == 1

    assert recorded() == [1]
    assert segments(tmp_path) == []


def test_a_line_of_which_only_the_newline_is_missing_is_carried(tmp_path: Path) -> None:
    segment = write(tmp_path, 1)
    with segment.open("ab") as file:
        file.write(encode_line(used(2)).removesuffix(b"\n"))

    assert drain_journal(tmp_path) == 2

    assert recorded() == [1, 2]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x00" * 100, b"\xff\r\n\r", encode_line(used(9))[:-20]])
def test_damaged_lines_are_passed_over_and_the_others_carried(tmp_path: Path, damage: bytes) -> None:
    segment = write(tmp_path, 1)
    with segment.open("ab") as file:
        file.write(damage + b"\n" + encode_line(used(2)))

    assert drain_journal(tmp_path) == 2

    assert recorded() == [1, 2]
    assert segments(tmp_path) == []


def test_other_files_in_the_directory_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "20260101-1.journal.new").write_bytes(encode_line(used(1)))
    (tmp_path / "notes.txt").touch()

    assert drain_journal(tmp_path) == 0

    assert {file.name for file in tmp_path.iterdir()} == {"20260101-1.journal.new", "notes.txt", "drain.lock"}


# Who else is there


def test_two_processes_never_carry_at_the_same_time(tmp_path: Path) -> None:
    write(tmp_path, 1)
    with (tmp_path / "drain.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(Refused, match="Another process"):
            drain_journal(tmp_path, patience=0)
        assert recorded() == []

    assert drain_journal(tmp_path, patience=0) == 1
