"""People outside a case: offices, accounts, sign-in and second factor."""
