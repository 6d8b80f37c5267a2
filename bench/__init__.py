"""The measure of the house: every figure as a ratio to a floor taken in the same run, for only ratios travel."""
