"""BLIP-2: says what a picture shows, or answers a question about it."""

import time
from collections.abc import Callable
from typing import Any

from cog import BasePredictor, Input, Path, current_scope

import asking


class Predictor(BasePredictor):
    """Holds one BLIP-2 model; looks at one picture, or at several in one pass."""

    def setup(self, weights: str | None = None) -> None:
        """Load the checkpoint."""
        started = time.perf_counter()
        import sight
        from seeing import Eye

        source = sight.find(weights)
        model, processor = sight.load(source)
        self.eye = Eye(model, processor)
        seconds = time.perf_counter() - started
        print(f"Loaded {source} on {model.device} as {model.dtype} in {seconds:.1f} s")

    def predict(
        self,
        image: Path = Input(description="The picture to look at", accept="image/*"),
        caption: bool = Input(
            description="Describe the picture instead of answering the question", default=False
        ),
        question: str = Input(
            description="What to answer about the picture; blank for a caption",
            default="What is this a picture of?",
        ),
        context: str | None = Input(
            description="Earlier questions and answers, to be read before the question",
            default=None,
        ),
        use_nucleus_sampling: bool = Input(
            description="Draw the words by chance instead of taking the likeliest", default=False
        ),
        temperature: float = Input(
            description="Variety of what is drawn by chance", default=1, ge=0.5, le=1
        ),
    ) -> str:
        """Say what the picture shows, or the answer to the question."""
        look = asking.look(
            {
                "image": image,
                "caption": caption,
                "question": question,
                "context": context,
                "use_nucleus_sampling": use_nucleus_sampling,
                "temperature": temperature,
            }
        )
        return self._answer([look], [current_scope()], [print])[0]

    def predict_batch(self, inputs: list[dict[str, Any]], scopes: list[Any]) -> list[str]:
        """Answer several at once; `use_nucleus_sampling` must be the same for all of them."""
        looks = [asking.look(values) for values in inputs]
        return self._answer(looks, scopes, [scope.log for scope in scopes])

    def _answer(
        self, looks: list[asking.Look], scopes: list[Any], logs: list[Callable[[str], None]]
    ) -> list[str]:
        for look, log in zip(looks, logs, strict=True):
            if look.seed is not None:
                log(f"Using seed: {look.seed}")
        answers = self.eye.answer(looks)
        for answer, scope in zip(answers, scopes, strict=True):
            for name, value in answer.metrics().items():
                scope.record_metric(name, value)
        return [answer.text for answer in answers]
