"""What goes from a draft's findings when an offered wording is taken: nothing else may.

    python tests/support/accepted_fixes.py [--judge]

Takes every suggestion of every finding in the rules' examples, the development sentences and the
drafts, checks the text again, and lists each other finding that is gone though its own words stand.
"""
