"""Codes as CSV. They are stored nowhere: whoever wants the file sends the codes that the page has just shown."""

from collections.abc import Sequence
from urllib.parse import quote

from django.urls import reverse

from naxios.codes import queries
from naxios.codes.models import Batch
from naxios.domain import codes
from naxios.errors import Refused
from naxios.usage.downloads import Table
from naxios.usage.downloads import as_csv as lines_of

_LOST = "These are not the codes of this batch, so there is no file of them. If they are lost, void the batch."


def read(batch: Batch, text: str) -> list[str]:
    """The codes on the lines of ``text``.

    Raises
    ------
    Refused
        One of them is none of ``batch``, or there is none: a file says nothing that was not checked.
    """
    lines = text.split()
    if not 1 <= len(lines) <= batch.count:
        raise Refused(_LOST)
    try:
        written = [codes.parse(line) for line in lines]
    except codes.Malformed:
        raise Refused(_LOST) from None
    if not queries.belonging_to(batch, written):
        raise Refused(_LOST)
    return written


def as_csv(batch: Batch, written: Sequence[str], base_url: str) -> str:
    """One row for each code. No cell can be taken for a formula by a spreadsheet."""
    valid = [at.isoformat(timespec="seconds") if at else "" for at in (batch.valid_from, batch.valid_until)]
    rows = ((code, link(base_url, code), str(batch), batch.gives, *valid) for code in written)
    return "".join(lines_of(Table(("code", "link", "batch", "gives", "valid_from", "valid_until"), rows)))


def link(base_url: str, code: str) -> str:
    """The address that fills ``code`` in; it is redeemed when a button there is pressed."""
    return f"{base_url}{reverse('codes:redeem')}?code={quote(code)}"
