"""The doors: HTTP to acts, refusals to problem details. They decide nothing."""
