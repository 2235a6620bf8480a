"""Whoever follows a document from top to bottom gets what it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import markdown
from tests.docs.reader import reader
from tests.stand_ins.provider import StandInProvider, running_provider

NOT_RUN = {
    "README.md": ["the server under test is started by the test itself, and ./test is what runs this"],
    "docs/operators/backups.md": [
        "the command line of SQLite is a package of its own, which not every machine has",
        "needs a PostgreSQL server",
        "needs a PostgreSQL server",
    ],
    "docs/operators/production.md": ["needs nginx and a certificate", "needs a PostgreSQL server"],
}
"""Every sample that nobody runs, and why. One more has to be written down here, where a review sees it."""

FOLLOWED = [
    document for document in markdown.documents() if any(sample.is_followed for sample in markdown.samples(document))
]


@pytest.fixture(scope="module")
def provider() -> Iterator[StandInProvider]:
    with running_provider() as provider:
        yield provider


@pytest.mark.parametrize("document", FOLLOWED, ids=markdown.name)
def test_the_samples_of_a_document_do_what_it_says(document: Path, tmp_path: Path, provider: StandInProvider) -> None:
    with reader(tmp_path, provider) as newcomer:
        newcomer.follow(markdown.samples(document))


def test_every_sample_that_is_not_run_is_known_with_its_reason() -> None:
    found = {
        markdown.name(document): [sample.not_run for sample in markdown.samples(document) if sample.not_run]
        for document in markdown.documents()
    }

    assert {document: reasons for document, reasons in found.items() if reasons} == NOT_RUN


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_no_fenced_block_escapes_the_samples(document: Path) -> None:
    assert "```" not in markdown.prose(document)
    assert "not run:" not in markdown.prose(document)


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_no_command_hides_in_a_block_that_is_not_run(document: Path) -> None:
    texts = [sample for sample in markdown.samples(document) if sample.language == "text" and not sample.is_output]

    hidden = [sample.where for sample in texts if any(word in sample.text for word in ("./run ", "curl ", "$ "))]

    assert hidden == []
