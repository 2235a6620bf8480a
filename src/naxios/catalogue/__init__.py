"""The catalogue: providers, models and the routes between them, and the file that declares them."""
