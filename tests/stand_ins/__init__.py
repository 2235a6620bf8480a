"""Faithful doubles of third parties, spoken to over real sockets."""
