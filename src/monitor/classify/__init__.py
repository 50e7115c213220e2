"""Whether an article is about trafficking in human beings, and what it tells of.

`load_classifiers` gives the assessors, `classify_lines` runs them over JSON lines.
"""
