"""Signing in with Discord, and connecting it to an account: what allauth leaves to us."""
