"""The editor of Retake. It arrives later, stands on ``engine``, and is never imported by it."""
