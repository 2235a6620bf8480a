"""Plain pages with forms and no scripts, so that a test can press their buttons without a browser."""

from collections.abc import Iterable
from html import escape as escape


def page(title: str, *parts: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def alert(text: str | None) -> str:
    return f'<p role="alert">{escape(text)}</p>' if text else ""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    header = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def link(href: str, text: str) -> str:
    return f'<a href="{escape(href, quote=True)}">{escape(text)}</a>'


def form(*buttons: str, fields: str = "") -> str:
    return f'<form method="post">{fields}{"".join(buttons)}</form>'


def button(action: str, text: str) -> str:
    return f'<button name="action" value="{escape(action, quote=True)}">{escape(text)}</button>'


def field(name: str, label: str, value: str, *, kind: str = "text") -> str:
    known = escape(value, quote=True)
    return f'<label>{escape(label)} <input name="{name}" type="{kind}" value="{known}"></label>'


def money(amount: int, currency: str) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d} {currency.upper()}"
