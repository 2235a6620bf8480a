"""Payments: subscriptions and token packs through payment providers, their events, invoices and receipts."""
