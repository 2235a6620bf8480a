"""The operator's name, logo and colour on every page, from the environment and checked: no template needs editing."""

import colorsys
import re
from dataclasses import dataclass
from pathlib import Path

LARGEST_LOGO = 256 * 1024
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
READABLE = 4.5
"""Contrast that text needs against its ground. Source: WCAG 2.2, 1.4.3 (AA)."""

LIGHT_WASH, DARK_WASH = 0.1, 0.16
"""How much of the accent is in the wash that chosen things lie on."""

_LIGHT_GROUNDS = ("#ffffff", "#fafaf8")
_DARK_GROUNDS = ("#16191c", "#0f1113", "#1d2125")


@dataclass(frozen=True)
class Site:
    """What the pages call this service. ``css`` overrides the colour tokens; empty for Naxios's own."""

    name: str = "Naxios"
    contact: str = ""
    logo: bytes = b""
    logo_type: str = ""
    css: str = ""


def site(*, name: str, contact: str, logo: str, accent: str) -> Site:
    """The site that these settings describe; each may be empty.

    Parameters
    ----------
    logo : path of an SVG, PNG or WebP file of at most 256 KiB.
    accent : ``#rrggbb``; shades for dark pages and for hovering are derived from it.

    Raises
    ------
    ValueError
        A setting that cannot be used; the message names it.
    """
    if len(name) > 40:
        raise ValueError("NAXIOS_SITE_NAME has at most 40 characters")
    if contact and not re.fullmatch(r"[^@\s]+@[^@\s]+", contact):
        raise ValueError(f"NAXIOS_CONTACT_EMAIL is an e-mail address, not {contact!r}")
    image, kind = _logo(Path(logo)) if logo else (b"", "")
    return Site(name or "Naxios", contact, image, kind, _css(accent) if accent else "")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _logo(path: Path) -> tuple[bytes, str]:
    kind = LOGO_TYPES.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"NAXIOS_SITE_LOGO is an .svg, .png or .webp file, not {path.name}")
    try:
        image = path.read_bytes()
    except OSError as error:
        raise ValueError(f"NAXIOS_SITE_LOGO cannot be read: {error.strerror}") from None
    if len(image) > LARGEST_LOGO:
        raise ValueError(f"NAXIOS_SITE_LOGO is larger than {LARGEST_LOGO // 1024} KiB")
    return image, kind


def _css(accent: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise ValueError(f"NAXIOS_SITE_ACCENT is a colour such as #0f6b52, not {accent!r}")
    light = _until_readable(accent.lower(), _LIGHT_GROUNDS, darker=True)
    dark = _until_readable(accent.lower(), _DARK_GROUNDS, darker=False)
    tokens = {
        "accent": (light, dark),
        "accent-hover": (_shade(light, -0.06), _shade(dark, 0.08)),
        "on-accent": (_on(light), _on(dark)),
        "accent-wash": (_mix(light, _LIGHT_GROUNDS[0], LIGHT_WASH), _mix(dark, _DARK_GROUNDS[0], DARK_WASH)),
        "series-1": (light, dark),
    }
    lines = [f"  --{name}: light-dark({day}, {night});" for name, (day, night) in tokens.items()]
    return ":root {\n" + "\n".join(lines) + "\n}\n"


def _until_readable(colour: str, grounds: tuple[str, ...], *, darker: bool) -> str:
    """``colour``, darkened or lightened step by step until it can be read on ``grounds`` and on its own wash."""
    ground, share = (_LIGHT_GROUNDS[0], LIGHT_WASH) if darker else (_DARK_GROUNDS[0], DARK_WASH)
    while min(contrast(colour, under) for under in (*grounds, _mix(colour, ground, share))) < READABLE:
        colour = _shade(colour, -0.02 if darker else 0.02)
    return colour


def _on(colour: str) -> str:
    return max("#ffffff", "#101214", key=lambda text: contrast(text, colour))


def _shade(colour: str, by: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    return _hex(colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness + by)), saturation))


def _mix(colour: str, ground: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(tuple(one * share + other * (1 - share) for one, other in pairs))


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
