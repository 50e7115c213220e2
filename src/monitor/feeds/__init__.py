"""Feeds: what to poll and when, safe and polite HTTP, parsing, OPML, page extraction.

`plan`, `parse`, `opml`, `pages`, `urls`, `addresses` and `poll` are pure; `http` and `network`
talk to the world; `collect` joins them.
"""
