"""The article's block on audio transcription with Whisper."""

import replicate

output = replicate.run(
    "openai/whisper:cdd97b257f93cb89dede1c7584df59efd8f09f98c99a9f02e1a23c6cf6ba7ab3",
    input={
        "audio": open("meeting_recording.mp3", "rb"),
        "model": "large-v3",
        "language": "en",
        "translate": False,
        "transcription": "plain text",
    },
)
print(output["transcription"])
