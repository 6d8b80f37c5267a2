"""The database: sessions and transactions, the tables, their migrations."""
