"""Feeds: what to poll and when, safe and polite HTTP, parsing, OPML, page extraction.

`http_client` alone talks to the world; `polling` joins it with the rest, which is without I/O.
"""
