"""Naxios: a complete, self-hostable LLM API service."""

__version__ = "0.1.0"
