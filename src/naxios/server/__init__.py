"""What ties the planes into one running server: start, front door, background work, stop."""
