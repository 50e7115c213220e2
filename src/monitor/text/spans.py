"""The one type of a place in one text; with the name of its field it is a `monitor.types.Span`."""

Stretch = tuple[int, int]
"""From which character to before which, counted in code points."""
