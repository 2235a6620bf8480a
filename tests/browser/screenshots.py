"""Pictures of every page, both themes, small and large screens: ``python -m tests.browser.screenshots OUT``."""

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import chromium
from tests.browser.inhabited import inhabit
from tests.browser.pages import PAGES, THEMES, WIDTHS
from tests.serving import running_server


def take(out: Path) -> int:
    """Put ``PAGE-THEME-WIDTH.png`` of every page into ``out``; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, running_server(Path(directory)) as server, chromium() as browser:
        inhabited = inhabit(server)
        shots = [(theme, width, visit) for theme in THEMES for width in WIDTHS for visit in PAGES]
        for number, (theme, width, visit) in enumerate(shots, 1):
            context = browser.new_context(
                base_url=server.url, color_scheme=theme, viewport={"width": width, "height": 900}
            )
            inhabited.enter(context, visit.who)
            page = context.new_page()
            page.goto(inhabited.path(visit), wait_until="load")
            page.wait_for_timeout(150)  # charts are drawn once the page stands
            page.screenshot(path=out / f"{visit.name}-{theme}-{width}.png", full_page=True)
            context.close()
            print(f"\r{number}/{len(shots)} {visit.path:<40}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return len(shots)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    print(f"{take(target)} pictures in {target}")
