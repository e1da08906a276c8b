"""The demo SDXL's autoencoder, its weights written by hand: it shrinks a picture eight times.

Every residual block adds nothing, the strided convolutions average 2x2 pixels, those after
enlarging blur a little. A colour x travels as the channels x and -x: silu(x) - silu(-x) is x again,
so that the activation before the last convolution does no harm. Two more channels per colour, +k
and -k, keep the group norm's scale nearly constant. White is zero inside, so that the zeros around
a picture do not darken its edges.
"""

import math

import torch
from diffusers import AutoencoderKL
from diffusers.models.resnet import ResnetBlock2D
from torch.nn import Conv2d

COLORS = 3
CHANNELS = 4 * COLORS
K = 10.0  # the larger, the steadier the group norm
LIFT, GAIN = 0.8, 1.5  # the middle of the latents, and their spread
NO_NOISE = -20.0  # the logarithm of the latents' variance


def make(side: int) -> AutoencoderKL:
    """The same weights every time."""
    vae = AutoencoderKL(
        sample_size=side,
        block_out_channels=(CHANNELS,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=COLORS,
        mid_block_add_attention=False,
        force_upcast=False,
        scaling_factor=1.0,
    )
    vae.requires_grad_(requires_grad=False)
    for block in (module for module in vae.modules() if isinstance(module, ResnetBlock2D)):
        _clear(block.conv2)
    _write_encoder(vae.encoder)
    _write_decoder(vae.decoder)
    for conv in (vae.quant_conv, vae.post_quant_conv):
        _clear(conv)
        conv.weight[:, :, 0, 0] = torch.eye(len(conv.weight))
    return vae.eval()


def _write_encoder(encoder: torch.nn.Module) -> None:
    average = torch.zeros(3, 3)
    average[:2, :2] = 0.25  # the encoder pads on the right and below
    _write_pairs(encoder.conv_in, scale=1.0, shift=-1.0)
    for block in encoder.down_blocks:
        for shrink in block.downsamplers or []:
            _write_each(shrink.conv, average, average)
    _write_colors(encoder.conv_out, scale=GAIN, shift=GAIN * LIFT)
    encoder.conv_out.bias[4:] = NO_NOISE


def _write_decoder(decoder: torch.nn.Module) -> None:
    blur = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    same = torch.zeros(3, 3)
    same[1, 1] = 1.0
    _write_pairs(decoder.conv_in, scale=1 / GAIN, shift=-LIFT)
    for block in decoder.up_blocks:
        for enlarge in block.upsamplers or []:
            _write_each(enlarge.conv, blur, same)
    _write_colors(decoder.conv_out, scale=1.0, shift=1.0)


def _clear(conv: Conv2d) -> None:
    conv.weight.zero_()
    conv.bias.zero_()


def _write_pairs(conv: Conv2d, *, scale: float, shift: float) -> None:
    """In: a channel per colour. Out: x, -x, k and -k per colour."""
    _clear(conv)
    for color in range(COLORS):
        plus, minus, above, below = range(4 * color, 4 * color + 4)
        conv.weight[plus, color, 1, 1], conv.weight[minus, color, 1, 1] = scale, -scale
        conv.bias[plus], conv.bias[minus] = shift, -shift
        conv.bias[above], conv.bias[below] = K, -K


def _write_colors(conv: Conv2d, *, scale: float, shift: float) -> None:
    """In: x, -x, k and -k per colour, after the group norm. Out: a channel per colour."""
    _clear(conv)
    norm = math.sqrt(K * K / 2 + 0.3)  # what the group norm divided by
    for color in range(COLORS):
        conv.weight[color, 4 * color, 1, 1] = norm * scale
        conv.weight[color, 4 * color + 1, 1, 1] = -norm * scale
        conv.bias[color] = shift


def _write_each(conv: Conv2d, colors: torch.Tensor, constants: torch.Tensor) -> None:
    """Every channel to itself, by one kernel for the colours and one for +k and -k."""
    _clear(conv)
    for channel in range(CHANNELS):
        is_color = channel % 4 < 2  # noqa: PLR2004  x and -x come before k and -k
        conv.weight[channel, channel] = colors if is_color else constants
