"""Content-Security-Policy of all that is not a page (a page has its own in pages.py): data may load and run nothing."""

# For all that is not a page: if a browser shows it as one, it must not run, load, frame or send anything.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
