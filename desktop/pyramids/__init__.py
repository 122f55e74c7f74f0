"""What long recordings are drawn from: peaks of the waveform and tiles of the spectrogram, made in the background."""
