"""Mail: what is sent, and an outbox in place of a mail server while none is configured."""
