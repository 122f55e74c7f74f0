"""Pieces of a report: the page, its tables, its players, the versions it was made with."""

REPORTS = ("report.html", "report.json", "report.csv", "report.png")  # of a set
