"""The management API itself, and the pages for its access tokens."""
