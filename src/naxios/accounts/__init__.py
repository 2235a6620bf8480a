"""Accounts: the people, how they sign in, and whether they are suspended."""
