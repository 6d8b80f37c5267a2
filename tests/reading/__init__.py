"""What each gets to read, and what of it is recorded."""
