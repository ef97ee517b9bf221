"""The trials for other programs: JSON and CSV with an OpenAPI description."""
