"""The durable first place of a usage record, also when the disk does not take it."""

import fcntl
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from naxios.domain.journal import Entry, decode_line, encode_line
from naxios.gateway import journal as journal_module
from naxios.gateway.journal import Journal
from naxios.usage import journal_files
from tests.unit.entries import used

LINE = len(encode_line(used()))


class Trouble:
    """Counts how often a journal reports that it cannot write."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def journal(tmp_path: Path, trouble: Trouble) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal", on_trouble=trouble)
    yield journal
    journal.close()


def entries(directory: Path) -> list[Entry]:
    """Every entry that stands whole in the segments, oldest first."""
    segments = journal_files.segments(directory)
    return [entry for segment in segments for batch in journal_files.read(segment, 0) for entry in batch.entries]


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes: a write is cut short there, and fails after that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# While the disk is well


def test_an_entry_is_on_file_once_it_is_appended(journal: Journal, tmp_path: Path) -> None:
    journal.append(used(1))
    journal.append(used(2))

    assert entries(tmp_path / "journal") == [used(1), used(2)]
    assert journal.healthy


def test_the_position_is_where_the_next_line_goes(journal: Journal, tmp_path: Path) -> None:
    assert journal.position == (journal.segment, 0)

    journal.append(used())

    segment, size = journal.position
    assert size == LINE
    assert (tmp_path / "journal" / segment).stat().st_size == size


def test_only_the_owner_may_read_it(journal: Journal, tmp_path: Path) -> None:
    directory = tmp_path / "journal"

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / journal.segment).stat().st_mode) == 0o600


def test_a_segment_is_locked_for_as_long_as_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    segment = tmp_path / journal.segment
    assert not journal_files.is_abandoned(segment)

    journal.close()

    assert journal_files.is_abandoned(segment)


def test_a_segment_is_never_seen_unlocked_before_it_is_written(journal: Journal, tmp_path: Path) -> None:
    assert [file.name for file in (tmp_path / "journal").iterdir()] == [journal.segment]


def test_two_journals_in_one_directory_write_to_segments_of_their_own(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.append(used(1))
    second.append(used(2))

    assert first.segment < second.segment
    assert entries(tmp_path) == [used(1), used(2)]
    first.close()
    second.close()


def test_a_full_segment_is_followed_by_another(journal: Journal, tmp_path: Path) -> None:
    first = journal.segment
    count = journal_module.SEGMENT_BYTES // LINE + 2

    for number in range(count):
        journal.append(used(number))

    assert journal.segment > first
    assert journal_files.is_abandoned(tmp_path / "journal" / first)
    assert not journal_files.is_abandoned(tmp_path / "journal" / journal.segment)
    assert journal.position == (journal.segment, LINE)
    assert [entry.request_id for entry in entries(tmp_path / "journal")] == [  # type: ignore[union-attr]
        used(number).request_id for number in range(count)
    ]


def test_a_closed_journal_is_on_the_disk_and_free(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(used())
    segment = tmp_path / journal.segment

    journal.close()

    with segment.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert entries(tmp_path) == [used()]


# While it is not


def test_what_a_full_disk_refuses_is_kept_and_reported(journal: Journal, trouble: Trouble) -> None:
    with disk_full_at(0):
        journal.append(used(1))

    assert not journal.healthy
    assert trouble.count == 1
    assert journal.position == (journal.segment, 0)


def test_what_was_kept_is_written_in_order_once_there_is_room(
    journal: Journal, trouble: Trouble, tmp_path: Path
) -> None:
    journal.append(used(1))
    with disk_full_at(LINE):
        journal.append(used(2))
        journal.append(used(3))
        assert entries(tmp_path / "journal") == [used(1)]

    journal.flush()

    assert journal.healthy
    assert entries(tmp_path / "journal") == [used(1), used(2), used(3)]
    assert trouble.count == 2


def test_a_new_entry_goes_behind_those_that_wait(journal: Journal, tmp_path: Path) -> None:
    with disk_full_at(0):
        journal.append(used(1))

    journal.append(used(2))

    assert entries(tmp_path / "journal") == [used(1), used(2)]


@pytest.mark.parametrize("fits", [1, 9, LINE // 2, LINE - 1])
def test_a_line_that_fitted_by_half_is_continued_where_it_was_cut(journal: Journal, tmp_path: Path, fits: int) -> None:
    journal.append(used(1))
    with disk_full_at(LINE + fits):
        journal.append(used(2))
    assert not journal.healthy

    journal.append(used(3))

    segment = tmp_path / "journal" / journal.segment
    assert entries(tmp_path / "journal") == [used(1), used(2), used(3)]
    assert sum(batch.damaged for batch in journal_files.read(segment, 0)) == 0
    assert journal.position == (journal.segment, segment.stat().st_size)


def test_a_disk_that_fills_up_again_and_again_loses_and_doubles_nothing(journal: Journal, tmp_path: Path) -> None:
    for number in range(40):
        _, size = journal.position
        with disk_full_at(size + 7 * number):
            journal.append(used(number))
    journal.flush()

    assert entries(tmp_path / "journal") == [used(number) for number in range(40)]


def test_a_line_that_was_cut_at_the_end_of_a_full_segment_is_finished_there(journal: Journal, tmp_path: Path) -> None:
    first = journal.segment
    while journal.position[1] + LINE < journal_module.SEGMENT_BYTES:
        journal.append(used())
    with disk_full_at(journal_module.SEGMENT_BYTES + 1):
        journal.append(used())
        journal.append(used())

    journal.append(used())

    assert journal.segment > first
    assert sum(batch.damaged for batch in journal_files.read(tmp_path / "journal" / first, 0)) == 0
    assert journal.position == (journal.segment, 2 * LINE)


def test_a_directory_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match="journal"):
        Journal(tmp_path / "file" / "journal")


def test_a_torn_line_that_a_killed_process_left_is_passed_over_by_the_next(tmp_path: Path) -> None:
    killed = Journal(tmp_path)
    killed.append(used(1))
    with (tmp_path / killed.segment).open("ab") as file:
        file.write(encode_line(used(2))[:20])
    os.close(killed._file)  # as the kernel does

    following = Journal(tmp_path)
    following.append(used(3))
    following.close()

    assert entries(tmp_path) == [used(1), used(3)]
    with pytest.raises(ValueError, match="checksum"):
        decode_line((tmp_path / killed.segment).read_bytes().splitlines()[1])
