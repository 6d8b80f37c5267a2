"""The HTTP API: routes call acts and readings, refusals become problem details. It decides nothing itself."""
