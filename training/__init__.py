"""Making and measuring the models of `monitor.classify`."""
