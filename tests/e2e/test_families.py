"""The demo models of every family, used with the official client as people use Replicate's."""

import base64
import io
import math
import re
import struct
import wave
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from PIL import Image
from replicate.exceptions import ModelError, ReplicateError

from config import settings
from tests.service import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ARTICLE = settings.ROOT / "examples" / "article"
LLAMA = "meta/meta-llama-3.1-70b-instruct"
SDXL = "stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc"
WHISPER = "openai/whisper:cdd97b257f93cb89dede1c7584df59efd8f09f98c99a9f02e1a23c6cf6ba7ab3"
BLIP2 = "salesforce/blip-2:4b32258c42e9efd4288bb9910bc532a69727f9acd26aa08e175713a0a857a608"
EMBEDDINGS = "hearth/embeddings"
ASKED_AT_ONCE = 32
TIMES = r"00:00:0\d,\d{3} --> 00:00:0\d,\d{3}"
SUBTITLES = rf"1\n{TIMES}\nlow tone.\n\n2\n{TIMES}\nhigh tone.\n\n3\n{TIMES}\nmiddle tone.\n"


def run(service, ref, **given):
    return service.client.run(ref, given, file_encoding_strategy="base64")


def create(service, ref, **given):
    version = eventually(lambda: service.client.models.get(ref.partition(":")[0]).latest_version)
    return service.client.predictions.create(
        version=version, input=given, file_encoding_strategy="base64"
    )


def opened(file):
    return (ARTICLE / file).open("rb")


def data_url(content, kind="application/octet-stream"):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def content(file):
    """A file of an output: of the clients' own kind where it is `https` or `data:`, else a URL."""
    return requests.get(file, timeout=10).content if isinstance(file, str) else file.read()


def recording(seconds):
    """A tone, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 1, 8000, 0, "NONE", "none"))
        period = bytes(round(128 + 80 * math.sin(math.tau * at / 12)) for at in range(12))
        out.writeframes(period * (seconds * 8000 // 12))
    return file.getvalue()


def bomb():
    """A PNG of a few bytes that says it has 50,000 times 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_the_language_model_answers(shipped):
    answer = "".join(run(shipped, LLAMA, prompt="What is 12 + 30?", temperature=0))

    assert answer == "12 + 30 = 42."


def test_many_answers_are_written_at_once(shipped):
    sums = [(number, 2 * number) for number in range(ASKED_AT_ONCE)]

    def ask(a, b):
        return "".join(run(shipped, LLAMA, prompt=f"What is {a} + {b}?", temperature=0))

    with ThreadPoolExecutor(ASKED_AT_ONCE) as threads:
        answers = list(threads.map(ask, *zip(*sums, strict=True)))

    right = sum(f"{a} + {b} = {a + b}." == text for (a, b), text in zip(sums, answers, strict=True))
    assert right >= 0.9 * ASKED_AT_ONCE


def test_a_late_answer_begins_while_others_are_written(shipped):
    longest = {"min_tokens": 1900, "max_tokens": 1900}
    others = [create(shipped, LLAMA, prompt="Count to twelve.", **longest) for _ in range(8)]

    late = "".join(run(shipped, LLAMA, prompt="What is 12 + 30?", temperature=0))

    assert late == "12 + 30 = 42."
    for other in others:
        other.reload()
    assert any(other.status == "processing" for other in others)
    for other in others:
        other.cancel()


def test_the_image_model_paints_what_it_is_asked_for(shipped):
    [file] = run(shipped, SDXL, prompt="a green square on a white background", seed=1)

    picture = Image.open(io.BytesIO(content(file))).convert("RGB")
    red, green, blue = picture.getpixel((picture.width // 2, picture.height // 2))
    assert green > max(red, blue) + 40
    assert min(picture.getpixel((2, 2))) > 200


def test_its_steps_are_told_as_progress(shipped):
    prediction = create(shipped, SDXL, prompt="a red circle", num_inference_steps=20)

    prediction.wait()

    assert prediction.status == "succeeded"
    assert prediction.progress.percentage == 1.0
    assert (prediction.progress.current, prediction.progress.total) == (20, 20)


def test_the_speech_model_writes_down_what_it_hears(shipped):
    with opened("meeting_recording.mp3") as audio:
        output = run(shipped, WHISPER, audio=audio, language="en", transcription="srt")

    assert output["detected_language"] == "english"
    assert re.fullmatch(SUBTITLES, output["transcription"])
    assert [each["text"] for each in output["segments"]] == [
        " low tone.",
        " high tone.",
        " middle tone.",
    ]


def test_the_caption_model_says_what_it_sees(shipped):
    with opened("photo.jpg") as image:
        caption = run(shipped, BLIP2, image=image, caption=True)
    with opened("photo.jpg") as image:
        color = run(shipped, BLIP2, image=image, question="What color is the shape?")

    assert caption == "a green square on a white background"
    assert color == "green"


def test_like_sentences_have_like_embeddings(shipped):
    texts = ["What is a webhook?", "What are webhooks for?", "How do I cancel a prediction?"]

    asked, alike, other = run(shipped, EMBEDDINGS, texts=texts)

    assert _nearness(asked, alike) > _nearness(asked, other) + 0.1


def _nearness(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


LONG = {
    "text": (LLAMA, {"prompt": "Hello", "min_tokens": 1900, "max_tokens": 1900}),
    "image": (SDXL, {"prompt": "a red circle", "num_inference_steps": 500}),
    "speech": (WHISPER, {"audio": data_url(recording(900), "audio/wav")}),
}


@pytest.mark.parametrize(("ref", "given"), LONG.values(), ids=LONG.keys())
def test_a_cancel_in_the_middle_keeps_the_model_loaded(shipped, ref, given):
    prediction = create(shipped, ref, **given)
    eventually(lambda: prediction.reload() or "processing" in prediction.status, within=60)

    prediction.cancel()

    after = create(shipped, ref, **SHORT[ref])
    after.wait()
    assert prediction.status == "canceled"
    assert after.status == "succeeded"
    assert after.metrics["total_time"] < 20


SHORT = {
    LLAMA: {"prompt": "Hello", "max_tokens": 5},
    SDXL: {"prompt": "a red circle", "num_inference_steps": 2},
    WHISPER: {"audio": data_url(recording(2), "audio/wav")},
    BLIP2: {"image": data_url((ARTICLE / "photo.jpg").read_bytes(), "image/jpeg")},
    EMBEDDINGS: {"texts": ["Hello"]},
}
TEXT = data_url(b"these are words\n" * 20, "text/plain")
EMPTY = data_url(b"", "image/png")
UNUSABLE = {
    "text for a sound": (WHISPER, {"audio": TEXT}, "audio"),
    "nothing for a sound": (WHISPER, {"audio": EMPTY}, "audio"),
    "half a recording": (WHISPER, {"audio": data_url(recording(2)[:30])}, "audio"),
    "text for a picture": (BLIP2, {"image": TEXT}, "image"),
    "nothing for a picture": (BLIP2, {"image": EMPTY}, "image"),
    "a picture bomb": (BLIP2, {"image": data_url(bomb(), "image/png")}, "image"),
    "a picture bomb to paint over": (SDXL, {"image": data_url(bomb(), "image/png")}, "image"),
    "a mask without a picture": (SDXL, {"mask": SHORT[BLIP2]["image"]}, "mask"),
    "a width that is no multiple of 8": (SDXL, {"width": 100, "height": 96}, "width"),
    "a refiner that is not there": (SDXL, {"refine": "base_image_refiner"}, "refine"),
    "a prompt that leaves no room": (LLAMA, {"prompt": "word " * 3000}, "prompt"),
}


@pytest.mark.parametrize(("ref", "given", "field"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_a_model_cannot_use_fails_with_a_word_and_the_next_is_served(
    shipped, ref, given, field
):
    with pytest.raises(ModelError) as failed:
        run(shipped, ref, **given)

    assert field in str(failed.value)
    after = create(shipped, ref, **SHORT[ref])
    after.wait()
    assert after.status == "succeeded"
    assert after.metrics["total_time"] < 20


REFUSED = {
    "steps": (SDXL, {"num_inference_steps": 501}),
    "pictures": (SDXL, {"num_outputs": 5}),
    "size": (SDXL, {"width": 4096}),
    "scheduler": (SDXL, {"scheduler": "fastest"}),
    "language": (WHISPER, {**SHORT[WHISPER], "language": "Klingon"}),
    "a path of ours": (WHISPER, {"audio": "file:///etc/passwd"}),
    "no recording": (WHISPER, {}),
    "heat": (BLIP2, {**SHORT[BLIP2], "temperature": 2}),
    "tokens": (LLAMA, {"prompt": "Hello", "max_tokens": 0}),
    "texts": (EMBEDDINGS, {}),
}


@pytest.mark.parametrize(("ref", "given"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_schema_forbids_is_never_queued(shipped, ref, given):
    with pytest.raises(ReplicateError) as refused:
        create(shipped, ref, **given)

    assert refused.value.status == 422
