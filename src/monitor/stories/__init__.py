"""Which articles tell the same event, so that a wire report of twenty outlets is read once."""
