"""A case: who may come to it and see what, its record, and how it moves."""
