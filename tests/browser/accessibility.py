"""What axe-core finds on a page."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

_AXE = next(Path(axe_playwright_python.__path__[0]).rglob("axe.min.js")).read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page) -> list[str]:
    """Moderate and worse findings of axe-core, with where they are."""
    page.evaluate(_AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in ("moderate", "serious", "critical")
        for node in violation["nodes"]
    ]
