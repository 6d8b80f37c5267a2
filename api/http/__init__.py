"""What JSON routes and pages share: what HTTP requires of every route, and how a refusal is answered."""
