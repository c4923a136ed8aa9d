"""What was measured, how far it can be believed, and what was known when."""
