"""Filters and charts of the usage page."""

import csv
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import Faults
from tests.browser.inhabited import Inhabited

_COLOURS = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, found = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
    return [...found];
}"""
_LIGHT_SERIES, _DARK_SERIES = "15,107,82", "76,201,160"
_SHIFT = """new Promise(resolve => {
    let shift = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(shift), 500);
})"""


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, inhabited: Inhabited) -> Iterator[Page]:
    """A page of the owner in a browser that prefers this theme."""
    context = browser.new_context(base_url=inhabited.server.url, color_scheme=request.param)
    faults = Faults(context)
    inhabited.enter(context, "owner")
    yield context.new_page()
    context.close()
    assert faults.complaints == []


def _colours(chart: Locator) -> set[str]:
    return set(chart.locator("canvas").evaluate(_COLOURS))


def _prefers_dark(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))


def test_every_chart_is_drawn_in_the_colours_of_the_theme(themed: Page) -> None:
    themed.goto("/dashboard/usage/")
    charts = themed.locator("figure.chart")
    expect(charts.locator("canvas")).to_have_count(3)

    expected = _DARK_SERIES if _prefers_dark(themed) else _LIGHT_SERIES
    for chart in charts.all():
        assert expected in _colours(chart)


def test_a_chart_follows_a_change_of_theme(themed: Page) -> None:
    themed.goto("/dashboard/usage/")
    expect(themed.locator("figure.chart canvas")).to_have_count(3)
    dark = _prefers_dark(themed)

    themed.evaluate("theme => { document.documentElement.dataset.theme = theme }", "light" if dark else "dark")

    expected, before = (_LIGHT_SERIES, _DARK_SERIES) if dark else (_DARK_SERIES, _LIGHT_SERIES)
    themed.wait_for_function(f"found => ({_COLOURS})(document.querySelector('canvas')).includes(found)", arg=expected)
    assert before not in _colours(themed.locator("figure.chart").first)


def test_a_chart_is_read_with_the_arrow_keys(owner: Page) -> None:
    owner.goto("/dashboard/usage/")
    chart = owner.locator("figure.chart").first
    last, one_before = (chart.locator("tbody th").nth(at).text_content() for at in (-1, -2))
    values = [cell.text_content() for cell in chart.locator("tbody tr").last.locator("td").all()]
    canvas, tip = chart.locator(".chart-canvas"), chart.locator(".chart-tip")

    canvas.press("ArrowLeft")
    expect(tip).to_contain_text(str(last))
    for value in values:
        expect(tip).to_contain_text(str(value))
    canvas.press("ArrowLeft")
    expect(tip).to_contain_text(str(one_before))
    canvas.press("Escape")
    expect(tip).to_be_hidden()


def test_filters_apply_as_they_are_changed_and_survive_a_reload(owner: Page) -> None:
    owner.goto("/dashboard/usage/")

    owner.get_by_role("link", name="30 days").click()
    owner.get_by_label("Split by").select_option("key")
    owner.wait_for_url("**group=key**")
    owner.get_by_label("Model", exact=True).select_option("gpt-5-mini")
    owner.wait_for_url("**model=gpt-5-mini**")
    owner.reload()

    expect(owner.get_by_label("Split by")).to_have_value("key")
    expect(owner.get_by_label("Model", exact=True)).to_have_value("gpt-5-mini")
    expect(owner.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    expect(owner.locator("#usage-groups tbody th")).to_have_text(["production", "staging"])
    assert set(owner.locator("#usage-requests tbody td:nth-child(2)").all_inner_texts()) == {"gpt-5-mini"}


@pytest.mark.parametrize(("place", "columns"), [("first", "start,model,requests"), ("last", "time,request_id,model")])
def test_a_download_is_of_what_is_shown(owner: Page, place: str, columns: str) -> None:
    owner.goto("/dashboard/usage/?model=gpt-5-mini")

    with owner.expect_download() as waiting:
        getattr(owner.get_by_role("link", name="CSV"), place).click()

    head, *rows = csv.reader(waiting.value.path().read_text().splitlines())
    assert waiting.value.suggested_filename.endswith(".csv")
    assert ",".join(head).startswith(columns)
    assert {row[head.index("model")] for row in rows} == {"gpt-5-mini"}


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/usage/", "/dashboard/limits/"])
def test_nothing_jumps_while_a_page_is_drawn(owner: Page, path: str) -> None:
    owner.goto(path, wait_until="load")

    assert owner.evaluate(_SHIFT) < 0.01


def test_it_can_be_read_without_script(browser: Browser, inhabited: Inhabited) -> None:
    context = browser.new_context(base_url=inhabited.server.url, java_script_enabled=False)
    inhabited.enter(context, "owner")
    page = context.new_page()
    page.goto("/dashboard/usage/")

    page.get_by_text("Show as table").first.click()
    page.get_by_label("Split by").select_option("status")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("#usage-groups")).to_contain_text("200 answered")
    expect(page.locator(".chart-canvas").first).to_be_hidden()
    context.close()
