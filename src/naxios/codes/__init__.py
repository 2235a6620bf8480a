"""Redemption codes: batches that staff make, and what happens when somebody redeems one."""
