"""The SDXL folder in its own process, with the weights of the demo."""

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from predictors import schema
from predictors.catalog import Entry
from predictors.child import Child, PredictionCanceled, PredictionFailed, SetupFailed
from predictors.demo import shapes
from predictors.demo.sdxl import looking
from predictors.events import Event, File, Log, Metric, Output

FOLDER = Path(__file__).parents[2] / "predictors" / "sdxl"
SIDE = 128
SMALL = {"width": 64, "height": 64, "num_inference_steps": 4}
SCHEDULERS = [
    *("DDIM", "DPMSolverMultistep", "HeunDiscrete", "KarrasDPM"),
    *("K_EULER_ANCESTRAL", "K_EULER", "PNDM"),
]
INPUTS = [  # as on the public model's page, with our limits: type, default, least, most
    ("prompt", "string", "An astronaut riding a rainbow unicorn", None, None),
    ("negative_prompt", "string", "", None, None),
    ("image", "string", None, None, None),
    ("mask", "string", None, None, None),
    ("width", "integer", None, 64, 2048),
    ("height", "integer", None, 64, 2048),
    ("num_outputs", "integer", 1, 1, 4),
    ("scheduler", None, "K_EULER", None, None),
    ("num_inference_steps", "integer", 50, 1, 500),
    ("guidance_scale", "number", 7.5, 1, 50),
    ("prompt_strength", "number", 0.8, 0, 1),
    ("seed", "integer", None, None, None),
    ("refine", None, "no_refiner", None, None),
    ("high_noise_frac", "number", 0.8, 0, 1),
    ("refine_steps", "integer", None, None, None),
    ("apply_watermark", "boolean", True, None, None),
    ("lora_scale", "number", 0.6, 0, 1),
    ("replicate_weights", "string", None, None, None),
    ("disable_safety_checker", "boolean", False, None, None),
]
PROGRESS = re.compile(r"^\s*(\d+)%\s*\|.+?\|\s*(\d+)\/(\d+)", re.MULTILINE)  # as clients parse it
IDS = map(str, itertools.count())


@dataclass
class Run:
    """What one prediction said."""

    images: list[Image.Image] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        match event:
            case Output(is_piece=False, files=files):
                self.images = [decoded(file) for file in files]
                self.names = [file.name for file in files]
            case Log(text):
                self.logs += text
            case Metric(name, value):
                self.metrics[name] = value


def decoded(file: File) -> Image.Image:
    return Image.open(io.BytesIO(file.path.read_bytes()), formats=["PNG"])


def run(child: Child, **inputs: Any) -> Run:
    result = Run()
    for event in child.events(next(IDS), inputs):
        result.add(event)
    return result


def child_with(weights: Path | None, **environment: str) -> Child:
    entry = Entry(
        owner="stability-ai",
        name="sdxl",
        version="0" * 64,
        folder=FOLDER,
        entry_point="predict.py:Predictor",
        weights=weights and str(weights),
        environment=environment,
    )
    return Child(entry, cancel_grace=10)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def child(scratch: Path) -> Iterator[Child]:
    child = child_with(None, TMPDIR=str(scratch))
    child.start(timeout=60)
    yield child
    child.stop()


def drawn(folder: Path, side: int = SIDE, **changes: str) -> Path:
    """A file with a picture of a shape."""
    picture = shapes.Picture(**{"color": "blue", "shape": "square", "ground": "white", **changes})
    path = folder / f"{picture.color}-{side}.png"
    shapes.draw(picture, side).save(path)
    return path


def test_the_inputs_and_the_output_are_those_of_the_public_model() -> None:
    schemas = schema.of_folder(FOLDER)["components"]["schemas"]
    inputs = sorted(schemas["Input"]["properties"].items(), key=lambda item: item[1]["x-order"])
    facts = ("type", "default", "minimum", "maximum")

    assert [(name, *map(field.get, facts)) for name, field in inputs] == INPUTS
    assert "required" not in schemas["Input"]
    assert schemas["scheduler"]["enum"] == SCHEDULERS
    assert schemas["refine"]["enum"][0] == "no_refiner"
    assert schemas["Output"]["items"] == {"type": "string", "format": "uri"}


@pytest.mark.parametrize(
    ("picture", "seed"),
    [
        (shapes.Picture("green", "square", "white"), 1),
        (shapes.Picture("red", "circle", "gray"), 6),
        (shapes.Picture("blue", "triangle", "white"), 4),
    ],
    ids=["square", "circle", "triangle"],
)
def test_the_demo_model_paints_what_was_asked_for_with_every_default(
    child: Child, picture: shapes.Picture, seed: int
) -> None:
    painted = run(child, prompt=picture.caption, seed=seed)

    assert looking.see(painted.images[0]) == picture
    assert painted.images[0].size == (SIDE, SIDE)


def test_setup_says_what_was_loaded_how_and_in_what_time(child: Child) -> None:
    assert "Loaded weights-demo on cpu as torch.float32 in " in child.setup_logs


def test_setup_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"Set COG_WEIGHTS to a folder with model_index\.json"):
        child_with(tmp_path).start(timeout=60)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("steps", [1, 12])
def test_every_scheduler_paints_and_tells_its_progress(
    child: Child, scheduler: str, steps: int
) -> None:
    changes = {**SMALL, "num_inference_steps": steps, "scheduler": scheduler}
    painted = run(child, prompt="a black square", seed=1, **changes)

    assert painted.images[0].size == (64, 64)
    assert PROGRESS.findall(painted.logs)[-1] == ("100", str(steps), str(steps))


def test_the_same_seed_gives_the_same_picture_and_another_another(child: Child) -> None:
    first, again, other = (run(child, **SMALL, seed=seed).images[0] for seed in (1, 1, 2))

    assert first == again != other


def test_the_pictures_of_one_prediction_are_those_of_the_seeds_that_follow(child: Child) -> None:
    together = run(child, **SMALL, seed=7, num_outputs=4)
    alone = [run(child, **SMALL, seed=seed).images[0] for seed in range(7, 11)]

    assert together.images == alone
    assert together.names == ["out-0.png", "out-1.png", "out-2.png", "out-3.png"]


@pytest.mark.parametrize("seed", [-1, 2**64 - 1, 10**30])
def test_any_whole_number_is_a_seed(child: Child, seed: int) -> None:
    assert f"Using seed: {seed}\n" in run(child, **SMALL, seed=seed, num_outputs=2).logs


def test_a_seed_is_drawn_and_printed_when_none_is_given(child: Child) -> None:
    first = run(child, **SMALL)
    seed = int(first.logs.splitlines()[0].removeprefix("Using seed: "))

    assert run(child, **SMALL, seed=seed).images == first.images


def test_pictures_and_steps_are_metrics(child: Child, tmp_path: Path) -> None:
    plain = run(child, **SMALL, num_outputs=2).metrics
    partly = run(child, **SMALL, image=drawn(tmp_path), prompt_strength=0.5).metrics

    assert plain == {"image_count": 2, "steps": 4}
    assert partly == {"image_count": 1, "steps": 2}


def test_a_picture_to_start_from_is_changed_as_much_as_asked(child: Child, tmp_path: Path) -> None:
    given = drawn(tmp_path)
    asked = {"prompt": "a red square on a white background", "image": given, "seed": 1}
    little = run(child, **asked, prompt_strength=0.1).images[0]
    much = run(child, **asked, prompt_strength=0.95).images[0]

    assert looking.see(little).color == "blue"
    assert looking.see(much).color == "red"


def test_only_the_white_part_of_the_mask_is_painted_anew(child: Child, tmp_path: Path) -> None:
    mask = Image.new("L", (SIDE, SIDE))
    mask.paste(255, (SIDE // 2, 0, SIDE, SIDE))
    mask.save(tmp_path / "mask.png")
    asked = {"image": drawn(tmp_path), "mask": tmp_path / "mask.png", "prompt_strength": 0.99}
    painted = run(child, prompt="a red square on a gray background", seed=1, **asked).images[0]

    assert looking.nearest(painted.getpixel((SIDE * 3 // 8, SIDE // 2)), shapes.COLORS) == "blue"
    assert looking.nearest(painted.getpixel((SIDE * 5 // 8, SIDE // 2)), shapes.COLORS) == "red"


@pytest.mark.parametrize(
    ("side", "asked", "size"),
    [
        (103, {}, (104, 104)),
        (20, {}, (64, 64)),
        (103, {"width": 64}, (64, 104)),
        (103, {"width": 64, "height": 72}, (64, 72)),
    ],
)
def test_a_picture_keeps_its_size_as_far_as_it_can_unless_another_is_asked_for(
    child: Child, tmp_path: Path, side: int, asked: dict[str, int], size: tuple[int, int]
) -> None:
    painted = run(child, image=drawn(tmp_path, side), num_inference_steps=2, **asked)

    assert painted.images[0].size == size


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"width": 100}, "width is 100, and must be a multiple of 8; 96 is near"),
        ({"height": 2047}, "height is 2047, and must be a multiple of 8; 2048 is near"),
        ({"refine": "base_image_refiner"}, "refine: there is no refiner here"),
        ({"refine_steps": 10}, "refine_steps and high_noise_frac are for a refiner"),
        ({"high_noise_frac": 0.5}, "refine_steps and high_noise_frac are for a refiner"),
        ({"replicate_weights": "https://a.b/c"}, "there are none here; leave them out"),
        ({"lora_scale": 0.9}, "there are none here; leave them out"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_done_is_refused_with_the_remedy(
    child: Child, inputs: dict[str, Any], reason: str
) -> None:
    with pytest.raises(PredictionFailed, match=re.escape(reason)):
        run(child, **inputs)


def test_a_mask_needs_a_picture_and_a_picture_a_step(child: Child, tmp_path: Path) -> None:
    given = drawn(tmp_path)

    with pytest.raises(PredictionFailed, match="send image with it"):
        run(child, mask=given)
    with pytest.raises(PredictionFailed, match="leaves no step to take; raise one of them"):
        run(child, image=given, prompt_strength=0)


def bomb() -> bytes:
    """A small file that says it is a picture of 900 million pixels."""
    content = io.BytesIO()
    Image.new("1", (30000, 30000)).save(content, "PNG")
    return content.getvalue()


def cut() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(content, "PNG")
    return content.getvalue()[:-1000]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "image is no picture that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image is no picture that can be read"),
        (cut(), "image is no picture that can be read"),
        (bomb(), "image has 30000 x 30000 pixels, which is too large"),
    ],
    ids=["empty", "another format", "cut off", "bomb"],
)
def test_a_file_that_is_no_usable_picture_fails_one_prediction_alone(
    child: Child, tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "given.png").write_bytes(content)
    pid = child.pid

    with pytest.raises(PredictionFailed, match=reason):
        run(child, image=tmp_path / "given.png")

    assert run(child, **SMALL).images
    assert child.pid == pid


def test_a_canceled_painting_stops_at_once_and_the_loaded_model_paints_the_next(
    child: Child,
) -> None:
    before = run(child, **SMALL, seed=1).images
    pid, canceled = child.pid, Run()

    with pytest.raises(PredictionCanceled):
        cancel_at_first_progress(child, canceled)

    assert int(PROGRESS.findall(canceled.logs)[-1][1]) < 250
    assert run(child, **SMALL, seed=1).images == before
    assert child.pid == pid


def cancel_at_first_progress(child: Child, result: Run) -> None:
    prediction_id = next(IDS)
    inputs = {"num_inference_steps": 500, "width": 512, "height": 512}
    for event in child.events(prediction_id, inputs):
        result.add(event)
        if PROGRESS.search(result.logs):
            child.cancel(prediction_id)


def test_the_files_of_a_prediction_are_gone_once_the_next_is_done(
    child: Child, scratch: Path
) -> None:
    for _ in range(2):
        run(child, **SMALL, num_outputs=2)

    assert len(list(scratch.rglob("*.png"))) <= 2
