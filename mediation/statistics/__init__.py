"""Figures of a closed quarter, in which nobody finds a single case or person."""
