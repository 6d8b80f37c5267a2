"""A case: who has access to it and sees what, its record, and how it moves."""
