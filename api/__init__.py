"""The routes: HTTP to acts and readings, refusals to problem details. They decide nothing."""
