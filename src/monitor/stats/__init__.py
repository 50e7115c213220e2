"""Trends, outlets and balance as data: counted from stored rows, never from texts.

Pure functions of what is stored, and the monthly report made of them. All of it is coverage, not
incidence: how often something is written of, not how often it happens.
"""
