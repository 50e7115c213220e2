"""The reporting guideline: rules as data, kinds of check, findings and scorecard."""
