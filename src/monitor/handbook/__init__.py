"""A guideline on paper: handbook, brochures, training, slides, exercises and tests from its rules.

Nothing is written here that the rules do not say, beyond short sentences that frame it.
"""

from monitor.handbook.book import Book, make_book
from monitor.handbook.browser import find_browser, print_pdf
from monitor.handbook.material import Material, make_material
from monitor.handbook.pages import render_handbook, render_pages
from monitor.handbook.questions import Flag, Flags

__all__ = [
    "Book",
    "Flag",
    "Flags",
    "Material",
    "find_browser",
    "make_book",
    "make_material",
    "print_pdf",
    "render_handbook",
    "render_pages",
]
