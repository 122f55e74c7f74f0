"""Pieces of a report: the page, its tables, its players, the versions it was made with."""

REPORTS = ("report.html", "report.json", "report.csv", "report.png")  # of a set
PAGES = (".html", ".htm")
TAKE_REPORTS = (*PAGES, ".png", ".json", ".csv")  # of one take: the page, its picture, its numbers
