"""The language server: drafts checked where they are written, in the editor."""
