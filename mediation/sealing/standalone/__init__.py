"""The program that comes with every sealed agreement and checks it without us. It stands alone: it imports nothing of ours."""
