"""Stored articles -> files for research: `jsonl` and `parquet` whole, `csv` as tables."""
