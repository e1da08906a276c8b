"""The article's block on asynchronous predictions."""

import replicate
import time

# Create a prediction without waiting for it
prediction = replicate.predictions.create(
    model="meta/meta-llama-3.1-70b-instruct",
    input={
        "prompt": "Write a detailed technical blog post about transformer architectures.",
        "max_tokens": 2048,
    },
)
print(f"Prediction ID: {prediction.id}")
print(f"Status: {prediction.status}")

# Poll for completion
while prediction.status not in ["succeeded", "failed", "canceled"]:
    time.sleep(2)
    prediction.reload()
    print(f"Status: {prediction.status}")

if prediction.status == "succeeded":
    print("".join(prediction.output))
else:
    print(f"Failed: {prediction.error}")
