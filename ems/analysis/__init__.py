"""Energy analysis: how much was used where and when, how it compares, and which readings cannot be right."""
