"""Jobs over a `Desk`, one module each."""
