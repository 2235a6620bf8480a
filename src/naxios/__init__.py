"""Naxios: a complete, self-hostable LLM API service."""
