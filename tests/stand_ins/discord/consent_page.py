"""The pages of a sign-in: plain HTML with a form, no script."""

from collections.abc import Mapping
from html import escape

from aiohttp import web

from tests.stand_ins.discord.state import Application, User

_SCOPES = {
    "identify": "Access your username, avatar and banner",
    "email": "Access your email address",
    "guilds": "Know what servers you're in",
    "guilds.members.read": "Read your member info (nickname, avatar, roles) for servers you belong to",
    "guilds.join": "Join servers for you",
    "connections": "Access your third-party connections",
    "openid": "Confirm who you are",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ background: #313338; color: #f2f3f5; font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center;
  min-height: 100vh; margin: 0 }}
* {{ box-sizing: border-box }}
main {{ background: #2b2d31; border-radius: 8px; padding: 24px; width: min(420px, 90vw) }}
button {{ font: inherit; border: 0; border-radius: 4px; padding: 10px 20px; color: #fff; background: #4e5058 }}
button[value=authorize] {{ background: #5865f2 }}
form {{ display: flex; justify-content: space-between; margin-top: 24px }}
</style>
</head>
<body><main>{content}</main></body>
</html>"""


def question(application: Application, user: User, scopes: frozenset[str], carried: Mapping[str, str]) -> web.Response:
    """What the application asks of whom, an Authorize and a Cancel button, and the request to be carried on."""
    fields = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in carried.items())
    wishes = "".join(f"<li>{escape(_SCOPES[scope])}</li>" for scope in sorted(scopes))
    content = (
        f"<h1>{escape(application.name)} wants to access your Discord account</h1>"
        f"<p>Signed in as <strong>{escape(user.username)}</strong></p>"
        f"<p>This will allow the developer of {escape(application.name)} to:</p><ul>{wishes}</ul>"
        f'<form method="post" action="/oauth2/authorize">{fields}'
        '<button name="decision" value="cancel">Cancel</button>'
        '<button name="decision" value="authorize">Authorize</button></form>'
    )
    return _page("Authorize access to your account", content)


def signed_out() -> web.Response:
    return _page("Log in to Discord", "<h1>Welcome back!</h1><p>You are not signed in to Discord.</p>")


def error(message: str) -> web.Response:
    return _page("Error", f"<h1>Error</h1><p>{escape(message)}</p>", status=400)


def _page(title: str, content: str, status: int = 200) -> web.Response:
    text = _PAGE.format(title=escape(f"Discord | {title}"), content=content)
    return web.Response(text=text, status=status, content_type="text/html")
