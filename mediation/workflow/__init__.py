"""The vocabulary in which a procedure is declared, and the facts that its guards may know."""
