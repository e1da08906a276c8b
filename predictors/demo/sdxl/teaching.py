"""Teaching the demo SDXL on a CPU, in minutes.

The autoencoder is written by hand, so only the U-Net and the text encoders learn. Every step has
pictures of one size, many small or few large ones: a model that saw one size alone paints no other.
Guidance is part of what is taught. Painting is pulled away from what the model would paint without
a prompt, by 7.5 unless a caller says otherwise, which makes caricatures of these plain shapes; so
the model learns to be right at a guidance of 4, and 7.5 is then not quite twice that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from diffusers import StableDiffusionXLPipeline
from PIL import Image
from tqdm import tqdm

from predictors.demo import shapes
from predictors.demo.sdxl import lessons, tokenizer

STEPS = 3000
THREADS = 1  # on every machine: another number rounds differently, and so teaches other weights
WARM_UP = 30
PEAK = 2e-3
NOISE_LEVELS = 1000
POOL = {96: 400, 128: 800, 192: 200, 256: 160, 512: 32, 1024: 12}  # pictures by side
SHARES = {96: 20, 128: 100, 192: 30, 256: 30, 512: 10, 1024: 4}
PIXELS, MOST_ROWS = 24 * 128 * 128, 24  # in one step's pictures
GUIDANCE = 4.0


@dataclass(frozen=True)
class Batch:
    """Pictures of one size as latents, the prompts that ask for them, and prompts that do not."""

    side: int
    latents: torch.Tensor
    prompts: list[str]
    unrelated: list[str]


def teach(pipeline: StableDiffusionXLPipeline) -> None:
    """Teach it to paint; the same weights for the same torch, threads and CPU type."""
    torch.set_num_threads(THREADS)
    learners = (pipeline.unet, pipeline.text_encoder, pipeline.text_encoder_2)
    weights = [weight for learner in learners for weight in learner.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=PEAK, betas=(0.9, 0.98), weight_decay=0.0)
    batches = _batches(pipeline)
    for learner in learners:
        learner.train()
    for step in (bar := tqdm(range(STEPS), desc="sdxl", unit="step")):
        loss = _loss(pipeline, next(batches))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.param_groups[0]["lr"] = PEAK * _pace(step)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        bar.set_postfix_str(f"{loss.item():.3f}", refresh=False)
    for learner in learners:
        learner.eval()


def _pace(step: int) -> float:
    """The share of the peak learning rate: up, level, then down to nearly nothing."""
    return min(1.0, (step + 1) / WARM_UP, max(0.01, 2 * (1 - step / STEPS)))


def _loss(pipeline: StableDiffusionXLPipeline, batch: Batch) -> torch.Tensor:
    """How far off the painting is without a prompt, and with one under guidance."""
    rows = len(batch.prompts)
    levels = torch.randint(0, NOISE_LEVELS, (rows,))
    noise = torch.randn_like(batch.latents)
    shares = pipeline.scheduler.alphas_cumprod[levels].view(-1, 1, 1, 1)
    noisy = shares.sqrt() * batch.latents + (1 - shares).sqrt() * noise
    wanted = shares.sqrt() * noise - (1 - shares).sqrt() * batch.latents
    prompts = batch.unrelated + batch.prompts
    without, asked = _paint(pipeline, prompts, noisy, levels, batch.side).chunk(2)
    guided = without + GUIDANCE * (asked - without)
    return (without - wanted).pow(2).mean() + (guided - wanted).pow(2).mean()


def _paint(
    pipeline: StableDiffusionXLPipeline,
    prompts: list[str],
    noisy: torch.Tensor,
    levels: torch.Tensor,
    side: int,
) -> torch.Tensor:
    words, whole = _read(pipeline, prompts)
    sizes = torch.tensor([[side, side, 0, 0, side, side]] * len(prompts)).float()
    painted = pipeline.unet(
        torch.cat([noisy] * 2),
        torch.cat([levels] * 2),
        encoder_hidden_states=words,
        added_cond_kwargs={"text_embeds": whole, "time_ids": sizes},
    )
    result: torch.Tensor = painted.sample
    return result


def _read(
    pipeline: StableDiffusionXLPipeline, prompts: list[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the pipeline would tell the U-Net: all words by both encoders, and the whole."""
    end = pipeline.tokenizer.pad_token_id
    rows = pipeline.tokenizer(prompts).input_ids
    tokens = torch.tensor([row + [end] * (tokenizer.LENGTH - len(row)) for row in rows])
    first = pipeline.text_encoder(tokens, output_hidden_states=True)
    second = pipeline.text_encoder_2(tokens, output_hidden_states=True)
    words = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
    return words, second.text_embeds


def _batches(pipeline: StableDiffusionXLPipeline) -> Iterator[Batch]:
    chance = Random(0)
    pools = {side: _pool(pipeline, side, chance) for side in tqdm(POOL, desc="pictures")}
    while True:
        side = chance.choices(list(SHARES), list(SHARES.values()))[0]
        rows = max(1, min(MOST_ROWS, PIXELS // side**2))
        drawn = chance.sample(pools[side], rows)
        yield Batch(
            side,
            torch.stack([latents for latents, _ in drawn]),
            [lessons.prompt(picture, chance) for _, picture in drawn],
            [lessons.unrelated(chance) for _ in drawn],
        )


def _pool(
    pipeline: StableDiffusionXLPipeline, side: int, chance: Random
) -> list[tuple[torch.Tensor, shapes.Picture]]:
    pictures = [chance.choice(shapes.ALL) for _ in range(POOL[side])]
    return [
        (pipeline.vae.encode(_tensor(shapes.draw(p, side, chance=chance))).latent_dist.mean[0], p)
        for p in pictures
    ]


def _tensor(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1
