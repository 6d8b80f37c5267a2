"""What a seat reads of a case."""
