"""The domain of workplace mediation: cases, who may do what to them, and the record of it. Knows no HTTP and no HTML."""
