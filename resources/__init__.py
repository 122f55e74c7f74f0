"""What ships with Retake: the bundled model, the demo recordings, and the licences of each.

Nothing here is code. Files are found with ``importlib.resources.files("resources")``, so that they are
there from any working directory and after any kind of install.
"""
