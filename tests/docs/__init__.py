"""The documentation runs, and leaves nothing out."""
