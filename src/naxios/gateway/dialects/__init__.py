"""Shapes on the wire, one module a dialect: requests in, answers and errors out, usage read from what passes by."""
