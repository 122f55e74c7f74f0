"""Denoising Diffusion Codebook Models: a latent coded by the choice of the noise that its sampler is given.

Ohayon et al. 2025, "Compressed image generation with denoising diffusion codebook models" (variant ``published``), and
its Turbo form of 2026 (variant ``turbo``). The sampler goes from noise to the recording; at each step its random draw
is replaced by a codeword that points from what the model believes to what is to be coded. Start and codebooks follow
from a seed, so that the choices are the file. `engine.ddcm.container` describes the bytes, `engine.ddcm.codebook` the
codewords, `engine.ddcm.coding` the steps: with these three and the model's folder another decoder can be written.

What differs from the papers, each measured on held-out recordings (mel error above that of the VAE's round trip, 30
steps, 8 kbps):

- The steps are not evenly spaced. The encoder goes on to the noise level at which the codewords carry just what the
  model doesn't know yet, and writes that level into the file. Evenly spaced steps spend most of the rate where the
  latent is still noise: 1.00 dB, against 0.30 dB.
- A codebook is shared by tiles of 8 latent frames. One of the whole latent would need too many codewords for its rate.
- The model is told nothing but the noisy latent. Telling it its own last belief as a guess, trusted by half or wholly,
  raised the squared error of its belief by 1.5 to 4 dB at all but the last levels.
"""
