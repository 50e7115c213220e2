"""The document view: exact offsets, normalised text, sentences, quotations, language, readers."""
