"""The parts that a model in AudioLDM2's layout may have, and what can't be done without each."""

from __future__ import annotations

MODEL_INDEX = "model_index.json"
PIPELINE = "AudioLDM2Pipeline"
# Component -> the classes that its config may name, which are the only ones that Retake loads there.
SOUND_COMPONENTS = {
    "vae": ("AutoencoderKL",),
    "unet": ("AudioLDM2UNet2DConditionModel",),
    "vocoder": ("SpeechT5HifiGan",),
}
TEXT_COMPONENTS = {
    "text_encoder": ("ClapModel", "ClapTextModelWithProjection"),
    "text_encoder_2": ("T5EncoderModel", "VitsModel"),
    "projection_model": ("AudioLDM2ProjectionModel",),
    "language_model": ("GPT2Model", "GPT2LMHeadModel"),
}
TOKENIZERS = ("tokenizer", "tokenizer_2")
COMPONENTS = {**SOUND_COMPONENTS, **TEXT_COMPONENTS}
FOLDERS = (*COMPONENTS, "scheduler", *TOKENIZERS, "feature_extractor")
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
