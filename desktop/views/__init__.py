"""What is seen of a recording: waveform, spectrogram, their axes and rulers, and selecting with the mouse."""
