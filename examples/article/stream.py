"""The article's block on streaming responses."""

import replicate

output_stream = replicate.stream(
    "meta/meta-llama-3.1-70b-instruct",
    input={
        "prompt": "Explain how attention mechanisms work in transformers.",
        "max_tokens": 512,
    },
)

for event in output_stream:
    print(str(event), end="", flush=True)
print()  # newline at the end
