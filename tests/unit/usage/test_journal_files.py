"""Reading the journal's segments: whole lines, in batches, between offsets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.journal import Entry, encode_line
from naxios.usage import journal_files
from tests.unit.entries import used

LINE = len(encode_line(used()))


def segment(directory: Path, content: bytes) -> Path:
    path = directory / "1.journal"
    path.write_bytes(content)
    return path


def lines(*numbers: int) -> bytes:
    return b"".join(encode_line(used(number)) for number in numbers)


def read(path: Path, start: int = 0, **asked: object) -> tuple[list[Entry], int, int]:
    """Entries, the offset behind them, and how many lines were damaged."""
    entries, end, damaged = [], start, 0
    for batch in journal_files.read(path, start, **asked):  # type: ignore[arg-type]
        entries += batch.entries
        end, damaged = batch.end, damaged + batch.damaged
    return entries, end, damaged


def test_segments_are_told_oldest_first(tmp_path: Path) -> None:
    for name in ("3.journal", "1.journal", "2.journal", "2.journal.new", "drain.lock"):
        (tmp_path / name).touch()

    assert [path.name for path in journal_files.segments(tmp_path)] == ["1.journal", "2.journal", "3.journal"]


def test_an_empty_segment_has_nothing(tmp_path: Path) -> None:
    assert read(segment(tmp_path, b"")) == ([], 0, 0)


def test_reading_begins_at_the_offset(tmp_path: Path) -> None:
    path = segment(tmp_path, lines(1, 2, 3))

    assert read(path, LINE) == ([used(2), used(3)], 3 * LINE, 0)
    assert read(path, 3 * LINE) == ([], 3 * LINE, 0)


@pytest.mark.parametrize(("until", "count"), [(0, 0), (LINE - 1, 0), (LINE, 1), (2 * LINE + 5, 2), (10 * LINE, 3)])
def test_reading_ends_at_the_bound(tmp_path: Path, until: int, count: int) -> None:
    path = segment(tmp_path, lines(1, 2, 3))

    assert read(path, until=until) == ([used(number + 1) for number in range(count)], count * LINE, 0)


def test_a_bound_before_the_start_reads_nothing(tmp_path: Path) -> None:
    assert read(segment(tmp_path, lines(1, 2)), LINE, until=5) == ([], LINE, 0)


def test_a_large_segment_comes_in_batches_that_end_with_a_line(tmp_path: Path) -> None:
    count = 2 * journal_files.READ_BYTES // LINE + 10
    path = segment(tmp_path, lines(*range(count)))

    batches = list(journal_files.read(path, 0))

    assert len(batches) == 3
    assert [entry for batch in batches for entry in batch.entries] == [used(number) for number in range(count)]
    assert all(batch.end % LINE == 0 for batch in batches)


@given(cut=st.integers(0, 3 * LINE), abandoned=st.booleans())
def test_wherever_a_segment_was_cut_its_whole_lines_are_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int, abandoned: bool
) -> None:
    path = segment(tmp_path_factory.getbasetemp(), lines(1, 2, 3)[:cut])
    whole, rest = divmod(cut, LINE)
    only_newline_missing = abandoned and rest == LINE - 1

    entries, end, damaged = read(path, abandoned=abandoned)

    assert entries == [used(number + 1) for number in range(whole + only_newline_missing)]
    assert end == (cut if abandoned else whole * LINE)
    assert damaged == (abandoned and rest > 0 and not only_newline_missing)


@given(st.binary(max_size=3_000))
def test_no_content_is_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    entries, end, _ = read(segment(tmp_path_factory.getbasetemp(), content), abandoned=True)

    assert entries == []
    assert end == len(content)
