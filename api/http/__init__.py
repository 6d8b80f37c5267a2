"""The floor under JSON and pages alike: what HTTP asks of every route, and how a refusal is answered."""
