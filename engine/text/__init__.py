"""Prompts: from words to what the UNet's cross-attention is told, for models in AudioLDM2's layout."""
