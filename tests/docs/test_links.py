"""Links lead somewhere, and every page can be reached."""

from pathlib import Path

import pytest

from tests.docs import markdown


@pytest.mark.parametrize("document", markdown.documents(), ids=markdown.name)
def test_every_relative_link_resolves(document: Path) -> None:
    broken = [link for link in _relative(document) if not _resolves(document, link)]

    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    waiting, reached = [markdown.ROOT / "README.md"], set()
    while waiting:
        document = waiting.pop()
        if document not in reached:
            reached.add(document)
            targets = [(document.parent / link.partition("#")[0]).resolve() for link in _relative(document)]
            waiting += [target for target in targets if target.suffix == ".md"]

    assert [markdown.name(document) for document in markdown.documents() if document not in reached] == []


def test_every_image_is_shown_and_small() -> None:
    shown = {
        (document.parent / link).resolve()
        for document in markdown.documents()
        for link in _relative(document)
        if link.endswith(".png")
    }

    images = set((markdown.ROOT / "docs").rglob("*.png"))

    assert images == shown
    assert [image for image in images if image.stat().st_size >= 150_000] == []


def _relative(document: Path) -> list[str]:
    return [link for link in markdown.links(document) if "://" not in link and not link.startswith("mailto:")]


def _resolves(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    return target.exists() and (not anchor or anchor in markdown.anchors(target))
