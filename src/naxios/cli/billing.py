"""``naxios billing``: reconcile with payment providers, replay events, settle invoices, give money back."""

from datetime import UTC, datetime
from typing import Any

import click

from naxios.cli.output import json_option, show


@click.group()
def billing() -> None:
    """Payments."""


@billing.command()
@click.option("--dry-run", is_flag=True, help="Only say what differs.")
@json_option
def reconcile(dry_run: bool, as_json: bool) -> None:
    """Compare payments with their providers, say what differs and put it right."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing.reconcile import reconcile as compare
    from naxios.errors import Refused

    found = compare(dry_run=dry_run)
    if not found:
        raise Refused(
            "No payment provider is configured. Set NAXIOS_STRIPE_SECRET_KEY and NAXIOS_STRIPE_WEBHOOK_SECRET."
        )
    rows = [
        {
            "provider": one.provider,
            "customer": customer.reference,
            "what": difference.kind,
            "reference": difference.reference,
            "field": difference.field,
            "was": difference.old,
            "is": difference.new,
        }
        for one in found
        for customer, difference in one.differences
    ]
    if as_json:
        summaries = [
            {"provider": one.provider, "customers": one.looked_at, "missed_events": one.missed, "trouble": one.trouble}
            for one in found
        ]
        show({"dry_run": dry_run, "providers": summaries, "differences": rows}, as_json=True)
    else:
        show(rows, empty="Nothing differs.")
        for one in found:
            click.echo(f"{one.provider}: {one.looked_at} customers compared, {one.missed} events had been missed.")
    troubles = [f"{one.provider}: {one.trouble}" for one in found if one.trouble]
    if troubles:
        raise Refused("; ".join(troubles))


@billing.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Events that came from this day on (UTC).")
@click.option("--event", "reference", help="Only the event with this id; one that never came is asked for.")
@json_option
def replay(since: datetime | None, reference: str | None, as_json: bool) -> None:
    """Process stored events of payment providers once more. Doing it again changes nothing."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing import events
    from naxios.errors import Refused

    moment = since.replace(tzinfo=UTC) if since else None
    chosen = [events.by_reference(reference)] if reference else events.since(moment)
    rows = [
        {"event": event.reference, "type": event.type, "state": event.get_state_display(), "error": event.error}
        for event, _ in events.replay(chosen)
    ]
    show(rows, as_json=as_json, empty="No event to replay.")
    failed = sum(1 for row in rows if row["error"])
    if failed:
        raise Refused(f"{failed} of {len(rows)} events could not be processed; they are tried again.")


@billing.command()
@click.option("--all", "everything", is_flag=True, help="Also those that are paid or void.")
@json_option
def invoices(everything: bool, as_json: bool) -> None:
    """List invoices that people asked for, to be marked as paid."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing import queries
    from naxios.domain.money import format_money

    found = queries.manual_invoices(state="" if everything else "open")
    rows = [
        {
            "number": invoice.number,
            "for": invoice.title,
            "amount": format_money(invoice.price_minor, invoice.currency),
            "state": invoice.state,
            "issued_at": invoice.issued_at.isoformat(timespec="seconds"),
            "due_at": invoice.due_at.isoformat(timespec="seconds"),
        }
        for invoice in found
    ]
    show(rows, as_json=as_json, empty="No invoice to be paid.")


@billing.command()
@click.argument("number")
@click.option("--note", default="", help="How the payment was recognised.")
@json_option
def paid(number: str, note: str, as_json: bool) -> None:
    """The money for the invoice NUMBER is there: what it is for begins."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing import services

    services.mark_paid(number=number, actor=None, note=note)
    show(_described(number), as_json=as_json)


@billing.command()
@click.argument("number")
@click.option("--note", default="", help="Why.")
@json_option
def void(number: str, note: str, as_json: bool) -> None:
    """Nobody has to pay the invoice NUMBER any more."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing import services

    services.void(number=number, actor=None, note=note)
    show(_described(number), as_json=as_json)


@billing.command(epilog="PAYMENT is what its provider calls it: ch_… of Stripe, or the number of an invoice.")
@click.argument("payment")
@click.option("--amount-minor", type=int, help="So much, in the smallest unit of its currency; all of it without this.")
@click.option("--why", default="", help="For the audit.")
@json_option
def refund(payment: str, amount_minor: int | None, why: str, as_json: bool) -> None:
    """Give a payment back. Giving back all of it ends what it paid for."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.billing import queries, services
    from naxios.domain.money import format_money

    found = queries.payment_by_reference(payment)
    services.refund(payment=found, amount_minor=amount_minor, actor=None, why=why)
    found.refresh_from_db()
    result: dict[str, Any] = {
        "payment": found.reference,
        "amount": format_money(found.amount_minor, found.currency),
        "given_back": format_money(found.refunded_minor, found.currency),
    }
    show(result, as_json=as_json)


def _described(number: str) -> dict[str, Any]:
    from naxios.billing.providers.manual.services import by_number
    from naxios.domain.money import format_money

    invoice = by_number(number)
    return {
        "number": invoice.number,
        "for": invoice.title,
        "amount": format_money(invoice.price_minor, invoice.currency),
        "state": invoice.state,
        "counts_from": invoice.period_start.isoformat(timespec="seconds") if invoice.period_start else None,
        "counts_until": invoice.period_end.isoformat(timespec="seconds") if invoice.period_end else None,
    }
