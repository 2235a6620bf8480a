"""What a browser would send if somebody only pressed a form's button."""

from html.parser import HTMLParser


class Fields(HTMLParser):
    """The fields of the form inside ``<main>`` and what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self._name = ""
        self._in = ""
        self._text = ""
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        name, value = about.get("name") or "", about.get("value") or ""
        if tag == "input" and name and (about.get("type") not in ("radio", "checkbox") or "checked" in about):
            self._hold(name, value)
        elif tag in ("select", "textarea"):
            self._name, self._in, self._text = name, tag, ""
        elif tag == "option" and "selected" in about:
            self._hold(self._name, value)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in == "textarea":
            self._hold(self._name, self._text.removeprefix("\n"))
        if tag == self._in:
            self._in = ""

    def _hold(self, name: str, value: str) -> None:
        self.held.setdefault(name, []).append(value)
