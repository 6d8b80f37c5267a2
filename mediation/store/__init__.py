"""The database: transactions, tables and their migrations."""
