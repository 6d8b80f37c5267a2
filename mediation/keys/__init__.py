"""The keys that words are encrypted with: the key store, the epoch key, the master key and its recovery kit."""
