"""The operator's name, logo and colour: checked, and readable whatever is chosen."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.branding import READABLE, contrast, site

channels = st.integers(0, 255)


def make(**settings: str) -> object:
    return site(**{"name": "", "contact": "", "logo": "", "accent": "", **settings})


def test_nothing_set_is_naxios() -> None:
    plain = site(name="", contact="", logo="", accent="")

    assert (plain.name, plain.css, plain.logo) == ("Naxios", "", b"")


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(channels, channels, channels)
def test_any_accent_can_be_read_on_every_ground(red: int, green: int, blue: int) -> None:
    css = site(name="", contact="", logo="", accent=f"#{red:02x}{green:02x}{blue:02x}").css

    tokens = dict(re.findall(r"--([\w-]+): light-dark\((.*)\);", css))
    day, night = tokens["accent"].split(", ")
    wash_day, wash_night = tokens["accent-wash"].split(", ")
    assert min(contrast(day, ground) for ground in ("#ffffff", "#fafaf8", wash_day)) >= READABLE
    assert min(contrast(night, ground) for ground in ("#16191c", "#0f1113", "#1d2125", wash_night)) >= READABLE
    on_day, on_night = tokens["on-accent"].split(", ")
    assert min(contrast(on_day, day), contrast(on_night, night)) >= READABLE


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"name": "x" * 41}, "NAXIOS_SITE_NAME"),
        ({"contact": "nobody"}, "NAXIOS_CONTACT_EMAIL"),
        ({"accent": "green"}, "NAXIOS_SITE_ACCENT"),
        ({"accent": "#12345"}, "NAXIOS_SITE_ACCENT"),
        ({"logo": "/etc/passwd"}, "NAXIOS_SITE_LOGO"),
        ({"logo": "/nowhere/logo.svg"}, "NAXIOS_SITE_LOGO"),
    ],
)
def test_what_cannot_be_used_is_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        make(**settings)


def test_a_logo_has_its_size(tmp_path: Path) -> None:
    large = tmp_path / "logo.png"
    large.write_bytes(bytes(256 * 1024 + 1))

    with pytest.raises(ValueError, match="larger than 256 KiB"):
        make(logo=str(large))
