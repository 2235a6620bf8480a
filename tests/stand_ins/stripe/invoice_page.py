"""The hosted page of an invoice, where it can be paid, and its PDF."""

from tests.stand_ins.stripe import html, invoices, payment_methods
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.hosted import Answer, Redirect, Shown
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World


def show(world: World, invoice: Resource, problem: str | None = None) -> Answer:
    rows = [
        [html.escape(line["description"] or ""), html.money(line["amount"], line["currency"])]
        for line in invoice["lines"]["data"]
    ]
    parts = [
        html.alert(problem),
        html.paragraph(f"Invoice {invoice['number']}: {invoice['status']}"),
        html.table(["Description", "Amount"], rows),
        html.paragraph(f"Amount due: {html.money(invoice['amount_remaining'], invoice['currency'])}"),
        html.link(invoice["invoice_pdf"], "Download invoice"),
    ]
    if invoice["status"] == "open":
        works, declined = (
            html.button("pay", "Pay with a working card"),
            html.button("decline", "Pay with a declined card"),
        )
        parts.append(html.form(works, declined))
    return Shown(html.page("Invoice", *parts), status=402 if problem else 200)


def press(world: World, invoice: Resource, action: str, filled: dict[str, str]) -> Answer:
    """Pay the invoice with another card, which also becomes what the customer pays with from now on."""
    customer = world.store.get("customer", invoice["customer"])
    behaviour = payment_methods.DECLINED if action == "decline" else payment_methods.WORKS
    method = payment_methods.new_method(world, behaviour, email=customer["email"])
    payment_methods.attach(world, method["id"], customer)
    try:
        invoices.pay(world, invoice, method)
    except Refused as refused:
        return show(world, invoice, str(refused))
    return Redirect(invoice["hosted_invoice_url"])


def pdf(invoice: Resource) -> Answer:
    """A document of one empty page with the invoice's number as its title."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        f"<< /Title (Invoice {invoice['number']}) >>".encode(),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(parts) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    body += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
    return Shown(body, content_type="application/pdf")
