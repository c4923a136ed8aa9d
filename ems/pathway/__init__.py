"""The way to peak and neutrality: business as usual, own measures, green power, offsets, and what came about."""
