"""Digests: stored rows of one day -> `Digest` -> a page, JSON, a feed or a mail.

All formats but JSON are made from one view (`view.py`), so a text that is cleaned, cut or left out
is so in each of them; JSON gives programs the texts as they came, but for names that are hidden.
"""
