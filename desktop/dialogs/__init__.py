"""Dialogs that belong to the program, not to one document."""
