"""The article's block on webhooks."""

import replicate

prediction = replicate.predictions.create(
    model="meta/meta-llama-3.1-70b-instruct",
    input={"prompt": "...", "max_tokens": 512},
    webhook="https://your-app.com/api/replicate-webhook",
    webhook_events_filter=["completed"],
)
