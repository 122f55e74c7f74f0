"""Pieces of a report: the page, its tables, its players, the versions it was made with."""
