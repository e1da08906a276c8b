"""The seven ways from noise to a picture, under the names of the public model."""

from typing import Any

import diffusers

KINDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "DDIM": (diffusers.DDIMScheduler, {}),
    "DPMSolverMultistep": (diffusers.DPMSolverMultistepScheduler, {}),
    "HeunDiscrete": (diffusers.HeunDiscreteScheduler, {}),
    "KarrasDPM": (diffusers.DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "K_EULER_ANCESTRAL": (diffusers.EulerAncestralDiscreteScheduler, {}),
    "K_EULER": (diffusers.EulerDiscreteScheduler, {}),
    "PNDM": (diffusers.PNDMScheduler, {}),
}


def make(name: str, config: Any) -> Any:
    """A scheduler for one call: none keeps anything of a call that was left in the middle."""
    kind, changes = KINDS[name]
    return kind.from_config(config, **changes)
