"""Letters: rows of the outbox, their texts, their delivery."""
