"""The electronic seal: what is sealed, with which key, and how a sealed file is checked."""
