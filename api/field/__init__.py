"""Field input and output: measurements in, approved setpoints out."""
