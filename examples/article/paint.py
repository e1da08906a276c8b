"""The article's block on image generation with SDXL."""

import replicate

output = replicate.run(
    "stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
    input={
        "prompt": "A cyberpunk cityscape at sunset, neon lights reflecting off wet streets, photorealistic",
        "negative_prompt": "blurry, low quality, cartoon",
        "width": 1024,
        "height": 1024,
        "num_outputs": 1,
        "scheduler": "K_EULER",
        "num_inference_steps": 30,
    },
)
print(output[0])  # URL to generated image
