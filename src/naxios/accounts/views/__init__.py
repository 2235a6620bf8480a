"""The pages of accounts: the entrance, one's security, one's settings."""
