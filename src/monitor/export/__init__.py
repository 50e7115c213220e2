"""Exports of stored articles for research, in the formats of spreadsheets and annotation tools."""
