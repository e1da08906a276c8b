"""Embeddings: one vector for each text, near to those of texts that mean the same."""

import time
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from cog import BasePredictor, Input, current_scope

import listing

if TYPE_CHECKING:
    from pooling import Text

Vectors = list[list[float]]


class Predictor(BasePredictor):
    """Holds one text encoder; the texts of several predictions share its passes."""

    def setup(self, weights: str | None = None) -> None:
        """Load the checkpoint."""
        started = time.perf_counter()
        import encoder
        from pooling import Pool

        source = encoder.find(weights)
        model, tokenizer = encoder.load(source)
        self.pool = Pool(model, tokenizer)
        seconds = time.perf_counter() - started
        print(f"Loaded {source} on {model.device} as {model.dtype} in {seconds:.1f} s")

    def predict(
        self,
        texts: list[str] | str = Input(
            description="What to embed: a list of texts, or one text to a line"
        ),
        normalize: bool = Input(description="Give all vectors the length 1", default=True),
    ) -> Vectors:
        """One vector for each text, in their order."""
        inputs = {"texts": texts, "normalize": normalize}
        return self._embed([inputs], [current_scope()], [print])[0]

    def predict_batch(self, inputs: list[dict[str, Any]], scopes: list[Any]) -> list[Vectors]:
        """Embed the texts of several predictions together; `normalize` is the same for all."""
        return self._embed(inputs, scopes, [scope.log for scope in scopes])

    def _embed(
        self, inputs: list[dict[str, Any]], scopes: list[Any], logs: list[Callable[[str], None]]
    ) -> list[Vectors]:
        read = [self.pool.read(listing.texts(values["texts"])) for values in inputs]
        for texts, scope, log in zip(read, scopes, logs, strict=True):
            self._report(texts, scope, log)
        everything = [text for texts in read for text in texts]
        vectors = iter(self.pool.vectors(everything, normalize=inputs[0]["normalize"]))
        return [list(islice(vectors, len(texts))) for texts in read]

    def _report(self, texts: "list[Text]", scope: Any, log: Callable[[str], None]) -> None:
        scope.record_metric("input_token_count", sum(len(text.tokens) for text in texts))
        scope.record_metric("text_count", len(texts))
        cut = sum(text.is_cut for text in texts)
        if cut:
            log(f"{cut} of {len(texts)} texts were cut to {self.pool.context} tokens.")
