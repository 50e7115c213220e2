"""Jobs over a `Monitor`, one module each."""
