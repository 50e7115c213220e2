"""The HTTP API over one desk: JSON routes and the layers around them, no logic of their own.

A draft sent here is answered and forgotten: it is held in memory only, and no log line, error
body or temporary file ever holds a word of it.
"""
