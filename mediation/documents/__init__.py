"""Documents: the data of one turned into a PDF."""
