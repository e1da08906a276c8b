"""The article's block on image captioning with BLIP-2."""

import replicate

output = replicate.run(
    "salesforce/blip-2:4b32258c42e9efd4288bb9910bc532a69727f9acd26aa08e175713a0a857a608",
    input={
        "image": open("photo.jpg", "rb"),
        "question": "What objects are in this image?",
    },
)
print(output)
