"""The pages about codes: one for everybody, and those of the console."""
