"""One installation: its opening, its background jobs and its commands."""
