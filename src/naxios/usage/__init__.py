"""Usage: the journal carried into records, rollups and refusal counts, and the questions asked of them."""
