"""What an invoice comes to: its lines, automatic tax and the customer's balance."""

from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World


def add_up(world: World, invoice: Resource) -> None:
    """Sums of the lines, with tax on top and the customer's balance taken into account."""
    listed = invoice["lines"]["data"]
    percent = world.settings.tax_percent if invoice["automatic_tax"]["enabled"] else 0
    for line in listed:
        line["taxes"] = [_tax(line["amount"], percent)] if percent else []
    subtotal = sum(line["amount"] for line in listed)
    tax = sum(line["taxes"][0]["amount"] for line in listed) if percent else 0
    total = subtotal + tax
    due = max(0, total + invoice["starting_balance"])
    invoice.update(
        amount_due=due,
        amount_remaining=due,
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        total=total,
        total_discount_amounts=[],
        total_excluding_tax=subtotal,
        total_pretax_credit_amounts=[],
        total_taxes=[{**_tax(subtotal, percent), "amount": tax}] if percent else [],
    )
    if percent:
        invoice["automatic_tax"]["status"] = "complete"


def automatic_tax(enabled: bool) -> Resource:
    return {
        "disabled_reason": None,
        "enabled": enabled,
        "liability": {"type": "self"} if enabled else None,
        "provider": "stripe" if enabled else None,
        "status": "complete" if enabled else None,
    }


def _tax(amount: int, percent: int) -> Resource:
    sign = -1 if amount < 0 else 1
    return {
        "amount": sign * ((abs(amount) * percent + 50) // 100),
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": "txr_stand_in"},
        "taxability_reason": "standard_rated",
        "taxable_amount": amount,
        "type": "tax_rate_details",
    }
