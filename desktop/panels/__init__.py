"""The column beside the sound: the region's numbers, retake, takes, and lists to step through."""
