"""A guideline on paper: handbook, brochures, training, slides, exercises and tests from its rules.

Nothing is written here that the rules do not say, beyond short sentences that frame it.
"""
