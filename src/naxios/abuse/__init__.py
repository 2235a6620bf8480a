"""Signs of misuse, what they weigh together, and the review that staff make of them."""
