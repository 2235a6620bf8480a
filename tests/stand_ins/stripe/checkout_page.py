"""The hosted payment page: what it shows, and where its buttons lead."""

from urllib.parse import urlencode

from tests.stand_ins.stripe import html, payment_methods
from tests.stand_ins.stripe.checkout_payment import Payer, complete
from tests.stand_ins.stripe.hosted import Answer, Redirect, Shown
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

PAY = "pay"
BUTTONS = {
    PAY: ("Pay with a working card", payment_methods.WORKS),
    "fail_later": ("Pay with a card that will fail later", payment_methods.FAILS_LATER),
    "decline": ("Pay with a card that is declined now", payment_methods.DECLINED),
    "bank": ("Pay from a bank account, which takes days", payment_methods.BANK),
}
WITHOUT_CARD = "start"


def show(world: World, session: Resource, problem: str | None = None) -> Answer:
    if session["status"] != "open":
        said = "You have already paid." if session["status"] == "complete" else "This page has expired."
        return Shown(html.page("Stripe Checkout", html.paragraph(said)), status=200 if problem is None else 400)
    rows = [
        [html.escape(line["description"]), str(line["quantity"]), html.money(line["amount_total"], line["currency"])]
        for line in world.checkouts[session["id"]].lines
    ]
    total = html.money(session["amount_total"], session["currency"])
    email = (session["customer_details"] or {}).get("email") or ""
    fields = html.field("email", "Email", email, kind="email") + html.field("name", "Cardholder name", "Test Payer")
    parts = [
        html.alert(problem),
        html.table(["Item", "Quantity", "Amount"], rows),
        html.paragraph(f"Due today: {total}"),
        html.form(*_buttons(session), fields=fields),
    ]
    if session["cancel_url"]:
        parts.append(html.link(session["cancel_url"], "Cancel"))
    return Shown(html.page("Stripe Checkout", *parts), status=200 if problem is None else 402)


def press(world: World, session: Resource, action: str, filled: dict[str, str]) -> Answer:
    """Pay, and go back to where the session says."""
    if session["status"] != "open":
        return show(world, session, problem="closed")
    if action == "cancel":
        return Redirect(session["cancel_url"])
    card = payment_methods.WORKS if action == WITHOUT_CARD else BUTTONS[action][1]
    payer = Payer(card, filled.get("email") or Payer.email, filled.get("name") or Payer.name)
    if not complete(world, session, payer):
        return show(world, session, problem="Your card was declined.")
    return Redirect(success_address(session), waits=True)


def success_address(session: Resource) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def encoded(action: str, **filled: str) -> bytes:
    """The body that a browser sends for a button."""
    return urlencode({"action": action, **filled}).encode()


def _buttons(session: Resource) -> list[str]:
    offered = [html.button(action, text) for action, (text, _) in BUTTONS.items() if action != "bank"]
    if session["mode"] == "payment":
        offered.append(html.button("bank", BUTTONS["bank"][0]))
    if session["payment_method_collection"] == "if_required" and not session["amount_total"]:
        offered.append(html.button(WITHOUT_CARD, "Start trial without a card"))
    return offered
