"""How recordings are stored: containers, sample types, how much of a file is there, how patches get into it.

`engine.audio` reads and `engine.export` writes with what is in here.
"""
