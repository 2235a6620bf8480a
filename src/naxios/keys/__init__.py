"""API keys: created, listed, rotated, revoked. Only digests of the secrets are stored."""
