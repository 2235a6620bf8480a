"""Status: how providers fare, and what that means for models."""
