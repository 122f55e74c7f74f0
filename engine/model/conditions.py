"""What the UNet's cross-attention is told: a kind, by models of our own; a prompt, by models with text encoders.

Made once for a job and shared by all its steps and windows, so that what the UNet computes of it alone is computed
once too (`engine.model.attention`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from engine.errors import ModelError
from engine.model.conditioning import Kinds, check_description, read_kinds
from engine.model.load import Model
from engine.progress import Control
from engine.settings import Description


@dataclass(frozen=True)
class Conditions:
    """What is told of B items, and with guidance after it, B times more, what they are steered away from.

    Attributes:
        states: (B or 2 B, N, width), of a kind or of the language model.
        states_1: (B or 2 B, M, width), of the second text encoder; None where there is none.
        mask_1: (B or 2 B, M), 1 where ``states_1`` count; None where there are none.
        guidance: of classifier-free guidance (Ho & Salimans 2022, eq. 6); 1 is none, and nothing to steer away from.
    """

    states: Tensor
    states_1: Tensor | None
    mask_1: Tensor | None
    guidance: float

    @cached_property
    def _each(self) -> list[Conditions]:
        items = [slice(index, index + 1) for index in range(len(self.states))]
        return [
            Conditions(
                self.states[item],
                None if self.states_1 is None else self.states_1[item],
                None if self.mask_1 is None else self.mask_1[item],
                1.0,
            )
            for item in items
        ]

    def each(self) -> list[Conditions]:
        """What each item is told, what it is steered away from as an item of its own; the same objects each time."""
        return self._each

    def of(self, items: int) -> Conditions:
        """The same for so many items, where these are for one."""
        if items == 1:
            return self
        states, states_1, mask_1 = (
            None if values is None else values.repeat_interleave(items, dim=0)
            for values in (self.states, self.states_1, self.mask_1)
        )
        assert states is not None
        return Conditions(states, states_1, mask_1, self.guidance)


def conditions_for(model: Model, description: Description, control: Control) -> Conditions:
    """What a model is told of one item, on its device.

    Raises:
        InputError: the kind is unknown, or the words are not what the model takes.
        ModelError: no UNet is loaded, the model can be told nothing, or a part that prompts need is missing.
        Cancelled: the user stopped.
    """
    if model.unet is None:
        raise ModelError(f"diffusion needs a unet, which model {model.folder.name} was loaded without")
    check_description(description, model.folder)
    kinds = read_kinds(model.folder.path)
    if kinds is not None:
        return _of_kind(model, description, kinds)
    return _of_words(model, description, control)


def _of_kind(model: Model, description: Description, kinds: Kinds) -> Conditions:
    """Steered from the chosen kind away from any sound."""
    chosen = kinds.index(description.kind)
    # Steered from any sound to any sound, it would be asked twice for the same.
    guidance = description.guidance if chosen else 1.0
    states = kinds.tokens(torch.tensor([chosen, 0] if guidance != 1 else [chosen]))
    return Conditions(states.to(model.placement.device), None, None, guidance)


def _of_words(model: Model, description: Description, control: Control) -> Conditions:
    """Steered from the prompt away from the negative one."""
    from engine.text.encoded import joined
    from engine.text.prompts import encoded_pair

    device = model.placement.device
    wanted, against = encoded_pair(model.folder, description, device, control)
    for note in dict.fromkeys((*wanted.notes, *against.notes)):
        control.note(note)
    same = description.prompt == description.negative_prompt and not description.transcription
    guidance = 1.0 if same else description.guidance
    told = joined(wanted, against) if guidance != 1 else (wanted.generated, wanted.states, wanted.mask)
    states, states_1, mask_1 = (values.to(device) for values in told)
    return Conditions(states, states_1, mask_1, guidance)
