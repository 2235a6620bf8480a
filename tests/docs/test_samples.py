"""Samples are well formed, and the settings among them can be used. What the others do is tried beside a server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs import markdown
from tests.docs.markdown import Sample

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

SETTINGS = [
    sample
    for document in markdown.documents()
    for sample in markdown.samples(document)
    if sample.language == "dotenv" and sample.is_followed
]
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def test_every_sample_that_is_not_run_is_known_with_its_reason() -> None:
    found = {
        markdown.name(document): [sample.not_run for sample in markdown.samples(document) if sample.not_run]
        for document in markdown.documents()
    }

    assert {document: reasons for document, reasons in found.items() if reasons} == NOT_RUN


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_no_fenced_block_and_no_note_escapes_the_samples(document: Path) -> None:
    assert "```" not in markdown.prose(document)
    assert "<!--" not in markdown.prose(document)


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_no_command_hides_in_a_block_that_is_not_run(document: Path) -> None:
    texts = [sample for sample in markdown.samples(document) if sample.language == "text" and not sample.is_output]

    hidden = [sample.where for sample in texts if any(word in sample.text for word in ("./run ", "curl ", "$ "))]

    assert hidden == []


@pytest.mark.parametrize("sample", SETTINGS, ids=lambda sample: sample.where)
def test_settings_in_a_sample_can_be_used(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(sample.text.replace("/srv/naxios", str(tmp_path)))
    for logo in re.findall(r"^NAXIOS_SITE_LOGO=(.+)$", sample.text, re.MULTILINE):
        (tmp_path / Path(logo).name).write_text(LOGO)

    done = subprocess.run(
        [sys.executable, "-c", "from naxios import config; config.load()"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("NAXIOS_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
