"""The document: a recording that is never written, its regions, their takes, undo, and the project file of them all."""
