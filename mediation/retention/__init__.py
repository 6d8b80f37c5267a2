"""How long words and records are kept, and how they are destroyed."""
