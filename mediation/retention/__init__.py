"""How long what was written is kept, and how it is destroyed."""
