"""The demonstration: plays a whole case through the HTTP API of a real server, and then keeps it open to look at."""
