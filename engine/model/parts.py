"""The parts that a model in AudioLDM2's layout may have, and what can't be done without each."""

from __future__ import annotations

MODEL_INDEX = "model_index.json"
PIPELINE = "AudioLDM2Pipeline"
# Parts that are networks, with weights of their own.
NETWORKS = (
    "vae",
    "unet",
    "vocoder",
    "text_encoder",
    "text_encoder_2",
    "projection_model",
    "language_model",
)
FOLDERS = (*NETWORKS, "scheduler", "tokenizer", "tokenizer_2", "feature_extractor")
NO_PROMPTS = "no prompts"
# In the order in which they are told of; what is no folder is a JSON file beside them.
WITHOUT = {
    "vae": "nothing can be done",
    "unet": "nothing is imagined: only methods of the VAE alone, and no `generate` or `encode`",
    "vocoder": "no renderer `vocoder`; what is invented gets its phase from Griffin-Lim",
    "scheduler": "the unet can't be used",
    "text_encoder": NO_PROMPTS,
    "text_encoder_2": NO_PROMPTS,
    "projection_model": NO_PROMPTS,
    "language_model": NO_PROMPTS,
    "tokenizer": NO_PROMPTS,
    "tokenizer_2": NO_PROMPTS,
    "conditioning": "no choice of a kind of sound",
}
