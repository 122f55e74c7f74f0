"""The editor of Retake. It stands on ``engine`` and is never imported by it."""
