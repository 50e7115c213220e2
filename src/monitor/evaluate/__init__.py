"""Evaluating models and rules on labelled articles, and learning from a desk's reviews."""
