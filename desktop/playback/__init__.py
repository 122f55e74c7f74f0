"""Listening: original, takes and difference in one stream of sound, switched where they are.

`deck` holds sound that is about to be played, `feeding` reads it from files in a thread, `mixing` is what the sound
device calls, `device` opens it, `player` puts them together for the window.
"""
