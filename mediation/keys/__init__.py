"""The keys that words are encrypted with: the key store, the master key, the recovery kit."""
