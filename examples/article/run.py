"""The article's first block: a language model."""

import replicate

# Run Llama 3.1 70B
output = replicate.run(
    "meta/meta-llama-3.1-70b-instruct",
    input={
        "prompt": "Explain gradient descent in 3 sentences.",
        "max_tokens": 256,
        "temperature": 0.7,
    },
)
print("".join(output))
