"""Media monitor and reporting-guideline checker for news about trafficking in human beings."""

__version__ = "0.1.0"
