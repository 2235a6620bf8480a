"""Everything that a server leaves behind, and whether a text is anywhere in it, in clear or in a common disguise."""

import base64

import httpx2 as httpx

from tests.serving import Server


class Remains:
    """Home directory, log, output, temporary files and metrics, as they were when they were taken."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def take_files(self, server: Server, when: str) -> None:
        """Add every file of the server; it can be running."""
        directory = server.log.parent
        for file in (path for path in directory.rglob("*") if path.is_file()):
            self._contents[f"{file.relative_to(directory)}, {when}"] = file.read_bytes()

    def take_metrics(self, server: Server) -> None:
        """Add what Prometheus is told."""
        self._contents["/metrics"] = httpx.get(f"{server.url}/metrics").content

    def places_of(self, text: str) -> list[str]:
        """Where ``text`` is."""
        disguises = disguises_of(text)
        return [place for place, content in self._contents.items() if any(form in content for form in disguises)]


def disguises_of(text: str) -> list[bytes]:
    """``text`` as UTF-8 and UTF-16, in hexadecimal, and in base64 at each place that it can have in a group of three.

    JSON, URLs, SQL and HTML leave the letters and digits of a canary as they are.
    """
    plain = text.encode()
    forms = [plain, text.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode()]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        # What also depends on the bytes around it is left out at either end.
        forms.append(encoded[2 * before : len(encoded) - 4])
    return forms
