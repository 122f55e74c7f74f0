"""Checkpoints in AudioLDM2's layout with random weights: every component, as `save_pretrained` writes it.

Of the published size, or small: the same configurations with fewer channels and layers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

PUBLISHED = Path(__file__).parent / "published" / "audioldm2.json"
SMALL: dict[str, dict[str, Any]] = {
    "unet": {
        "block_out_channels": [32, 64],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
        "cross_attention_dim": [[None, 24, 40], [None, 24, 40]],
        "attention_head_dim": [2, 4],
        "layers_per_block": 1,
        "norm_num_groups": 8,
    },
    "vae": {"block_out_channels": [8, 8, 16], "layers_per_block": 1, "norm_num_groups": 4},
    "vocoder": {"upsample_initial_channel": 32},
    "text_encoder_2": {"vocab_size": 300, "d_model": 40, "d_ff": 56, "d_kv": 8, "num_layers": 2, "num_heads": 4},
    "projection_model": {"text_encoder_dim": 16, "text_encoder_1_dim": 40, "langauge_model_dim": 24},
    "language_model": {"vocab_size": 99, "n_embd": 24, "n_layer": 2, "n_head": 4},
}
SMALL_CLAP_TEXT = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "projection_dim": 16,
    "max_position_embeddings": 80,
}
SMALL_CLAP_SOUND = {
    "spec_size": 32,
    "patch_size": 2,
    "patch_stride": [2, 2],
    "patch_embeds_hidden_size": 8,
    "depths": [1, 1],
    "num_attention_heads": [2, 2],
    "num_hidden_layers": 2,
    "hidden_size": 16,
    "num_mel_bins": 16,
    "projection_dim": 16,
    "window_size": 4,
}
SPEECH_WIDTH, SPEECH_LENGTH = 20, 48
WORDS = "a the of dog bark hammer piano music speech rain soft loud low high quality"


def published() -> dict[str, Any]:
    """The published configurations, by component."""
    configurations: dict[str, Any] = json.loads(PUBLISHED.read_text())
    return configurations


def configured(component: str, *, small: bool) -> dict[str, Any]:
    return {**published()[component], **(SMALL[component] if small else {})}


def build(component: str, *, small: bool = True, head: bool = False) -> nn.Module:
    """A component with random weights.

    Args:
        head: a language model with its head, which the stock pipeline needs on current transformers.
    """
    import diffusers
    import transformers
    from diffusers.pipelines.audioldm2 import AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel

    torch.manual_seed(0)
    if component == "text_encoder":
        return clap(small=small)
    values = configured(component, small=small)
    if component == "unet":
        return AudioLDM2UNet2DConditionModel(**values)
    if component == "vae":
        return diffusers.AutoencoderKL(**values)
    if component == "vocoder":
        return transformers.SpeechT5HifiGan(transformers.SpeechT5HifiGanConfig(**values))
    if component == "projection_model":
        return AudioLDM2ProjectionModel(**values)
    if component == "text_encoder_2":
        return transformers.T5EncoderModel(transformers.T5Config(**values))
    config = transformers.GPT2Config(**values)
    return transformers.GPT2LMHeadModel(config) if head else transformers.GPT2Model(config)


def clap(*, small: bool) -> nn.Module:
    from transformers import ClapConfig, ClapModel

    values = published()["text_encoder"]
    if not small:
        return ClapModel(ClapConfig(**values))
    text = {**values["text_config"], **SMALL_CLAP_TEXT}
    return ClapModel(ClapConfig(text_config=text, audio_config=SMALL_CLAP_SOUND, projection_dim=16))


def vits() -> nn.Module:
    from transformers import VitsConfig, VitsModel

    torch.manual_seed(0)
    return VitsModel(
        VitsConfig(
            vocab_size=200,
            hidden_size=SPEECH_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            ffn_dim=32,
            flow_size=8,
            spectrogram_bins=33,
            upsample_initial_channel=32,
            upsample_rates=[8, 8],
            upsample_kernel_sizes=[16, 16],
            duration_predictor_filter_channels=16,
            wavenet_dilation_rate=1,
            posterior_encoder_num_wavenet_layers=2,
            prior_encoder_num_wavenet_layers=2,
        )
    )


def save_tokenizers(folder: Path, *, speech: bool = False) -> None:
    """Tokenizers of the published classes with a vocabulary of some words and letters."""
    from transformers import RobertaTokenizerFast, T5TokenizerFast

    letters = sorted(set(WORDS + "bcjkvxyz,."))
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *("Ġ" if letter == " " else letter for letter in letters)]
    roberta = RobertaTokenizerFast(
        vocab={piece: index for index, piece in enumerate(pieces)}, merges=[], model_max_length=64
    )
    roberta.save_pretrained(folder / "tokenizer")
    if speech:
        save_speech_tokenizer(folder / "tokenizer_2")
        return
    scored = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -2.0)]
    scored += [(f"▁{word}", -1.0) for word in WORDS.split()]
    scored += [("▁", -3.0), *((letter, -4.0) for letter in letters if letter != " ")]
    T5TokenizerFast(vocab=scored, extra_ids=0, model_max_length=32).save_pretrained(folder / "tokenizer_2")


def save_speech_tokenizer(folder: Path) -> None:
    from transformers import VitsTokenizer

    folder.mkdir(parents=True)
    letters = ["_", *"abcdefghijklmnopqrstuvwxyz' ", "<unk>"]
    (folder / "vocab.json").write_text(json.dumps({letter: index for index, letter in enumerate(letters)}))
    tokenizer = VitsTokenizer(
        str(folder / "vocab.json"), pad_token="_", phonemize=False, model_max_length=SPEECH_LENGTH
    )
    tokenizer.save_pretrained(folder)


def make_checkpoint(
    folder: Path, *, small: bool = True, head: bool = False, speech: bool = False, components: tuple[str, ...] = ()
) -> Path:
    """A checkpoint on disk.

    Args:
        head: a language model with its head, as the stock pipeline needs it.
        speech: with VITS in T5's place, as the speech models have it.
        components: only these; all where none is named.
    """
    from diffusers import DDIMScheduler

    names = components or (
        *("vae", "unet", "vocoder", "text_encoder", "text_encoder_2", "projection_model", "language_model"),
    )
    for name in names:
        made = speech_part(name) if speech else None
        (made or build(name, small=small, head=head)).save_pretrained(folder / name, safe_serialization=True)
    DDIMScheduler(**published()["scheduler"]).save_pretrained(folder / "scheduler")
    if not components:
        save_tokenizers(folder, speech=speech)
        (folder / "model_index.json").write_text(json.dumps(index(speech=speech)))
        (folder / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n# A checkpoint with random weights\n")
    return folder


def speech_part(name: str) -> nn.Module | None:
    """The components of a speech model that differ."""
    from diffusers.pipelines.audioldm2 import AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel

    torch.manual_seed(0)
    if name == "text_encoder_2":
        return vits()
    if name == "projection_model":
        values = {**configured("projection_model", small=True), "text_encoder_1_dim": SPEECH_WIDTH}
        return AudioLDM2ProjectionModel(**values, use_learned_position_embedding=True, max_seq_length=SPEECH_LENGTH)
    if name == "unet":
        dims = [[None, 24, SPEECH_WIDTH]] * 2
        return AudioLDM2UNet2DConditionModel(**{**configured("unet", small=True), "cross_attention_dim": dims})
    return None


def index(*, speech: bool = False) -> dict[str, Any]:
    """``model_index.json`` as it was published: `GPT2Model`, which the stock pipeline can't run any more."""
    return {
        "_class_name": "AudioLDM2Pipeline",
        "_diffusers_version": "0.20.0.dev0",
        "language_model": ["transformers", "GPT2Model"],
        "projection_model": ["audioldm2", "AudioLDM2ProjectionModel"],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "ClapModel"],
        "text_encoder_2": ["transformers", "VitsModel" if speech else "T5EncoderModel"],
        "tokenizer": ["transformers", "RobertaTokenizerFast"],
        "tokenizer_2": ["transformers", "VitsTokenizer" if speech else "T5TokenizerFast"],
        "unet": ["audioldm2", "AudioLDM2UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "vocoder": ["transformers", "SpeechT5HifiGan"],
    }
