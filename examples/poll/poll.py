"""Creates a prediction without waiting for it, then asks for its status until it has ended."""

import sys
import time

import replicate

PAUSE_SECONDS = 0.5

model = sys.argv[1] if len(sys.argv) > 1 else "meta/meta-llama-3.1-70b-instruct"
prediction = replicate.predictions.create(
    model=model,
    input={"prompt": "What is a webhook?", "max_tokens": 64},
)
print(f"{prediction.id}: {prediction.status}")

while prediction.status not in {"succeeded", "failed", "canceled"}:
    time.sleep(PAUSE_SECONDS)
    prediction.reload()
    print(f"{prediction.id}: {prediction.status}")

if prediction.status == "succeeded":
    print("".join(prediction.output))
else:
    sys.exit(f"{prediction.status}: {prediction.error}")
