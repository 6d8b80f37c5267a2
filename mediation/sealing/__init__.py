"""The electronic seal: what is signed, sealing it, and checking a sealed file."""
