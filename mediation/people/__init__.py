"""People outside a case: their offices, accounts and ways to sign in."""
