"""The data plane: everything an API request does. It imports `domain` and nothing else of Naxios, and no Django."""
