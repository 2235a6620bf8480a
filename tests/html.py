"""What a page's HTML says, for tests that read it as people do."""

from html.parser import HTMLParser


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in ("th", "td"):
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._cell is not None:
            self.found[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None


def tables(html: str) -> list[list[list[str]]]:
    """The text of each cell of each row of each table."""
    parser = _Tables()
    parser.feed(html)
    return parser.found


def table(html: str, first_header: str, *headers: str) -> list[dict[str, str]]:
    """Rows of the first table whose first column is called ``first_header`` and that has ``headers`` too."""
    for head, *rows in tables(html):
        if head[0] == first_header and set(headers) <= set(head):
            return [dict(zip(head, row, strict=False)) for row in rows]
    raise AssertionError(f"there is no table of {first_header}")
