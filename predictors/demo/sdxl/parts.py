"""The parts of the demo SDXL: the real classes, a thousandth of the real sizes."""

import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

from predictors.demo.sdxl import autoencoder, tokenizer

SIDE = 128  # of a picture when nobody says otherwise
SHRINKING = 8  # pixels per latent pixel, as in SDXL
FIRST_WIDTH, SECOND_WIDTH = 32, 48  # of the two text encoders
SIZE_WIDTH = 8  # of each of the six numbers on size and crop


def pipeline() -> StableDiffusionXLPipeline:
    """All parts together, with random weights save for the autoencoder, which needs no teaching."""
    tokens = tokenizer.make()
    return StableDiffusionXLPipeline(
        vae=autoencoder.make(SIDE),
        text_encoder=CLIPTextModel(_text(tokens, FIRST_WIDTH, "quick_gelu")).eval(),
        text_encoder_2=CLIPTextModelWithProjection(_text(tokens, SECOND_WIDTH, "gelu")).eval(),
        tokenizer=tokens,
        tokenizer_2=tokenizer.make(),
        unet=_unet().eval(),
        scheduler=_scheduler(),
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    )


def spread_words(pipeline: StableDiffusionXLPipeline) -> None:
    """Make words differ from the start, for a quicker teaching."""
    for encoder in (pipeline.text_encoder, pipeline.text_encoder_2):
        torch.nn.init.normal_(encoder.get_input_embeddings().weight, std=0.5)


def _text(tokens: CLIPTokenizer, width: int, activation: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokens),
        hidden_size=width,
        intermediate_size=width * 2,
        projection_dim=width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=tokenizer.LENGTH,
        hidden_act=activation,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id,
    )


def _unet() -> UNet2DConditionModel:
    """Attention at the two coarsest levels alone, or large pictures would take minutes."""
    return UNet2DConditionModel(
        sample_size=SIDE // SHRINKING,
        in_channels=4,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(32, 40, 48, 48),
        down_block_types=("DownBlock2D",) * 2 + ("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",) * 2,
        attention_head_dim=4,
        use_linear_projection=True,
        norm_num_groups=8,
        addition_embed_type="text_time",
        addition_time_embed_dim=SIZE_WIDTH,
        projection_class_embeddings_input_dim=SECOND_WIDTH + 6 * SIZE_WIDTH,
        cross_attention_dim=FIRST_WIDTH + SECOND_WIDTH,
    )


def _scheduler() -> EulerDiscreteScheduler:
    """More noise than SDXL's at the end, or a large picture's ground would shine through it.

    The last three are read by other schedulers that are made from this one.
    """
    config = {
        "beta_start": 0.00085,
        "beta_end": 0.024,
        "beta_schedule": "scaled_linear",
        "timestep_spacing": "leading",
        "steps_offset": 1,
        "prediction_type": "v_prediction",
        "clip_sample": False,
        "set_alpha_to_one": False,
        "skip_prk_steps": True,
    }
    return EulerDiscreteScheduler.from_config(config)
