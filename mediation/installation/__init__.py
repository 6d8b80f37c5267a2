"""An installation: opening, background jobs, backups and commands."""
