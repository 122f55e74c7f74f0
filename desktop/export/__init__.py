"""Writing what was restored: the whole recording, parts of it, or takes, and a text of what was written."""
