"""Documents: PDFs made from data, and a look into the files that people send."""
