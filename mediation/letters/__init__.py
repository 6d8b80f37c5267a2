"""Letters: the outbox, their words, and sending them."""
