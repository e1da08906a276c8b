"""Grading the demo encoder: which share of questions is nearest to one that means the same."""

from pathlib import Path

import torch
from transformers import AutoTokenizer, BertModel, BertTokenizer

from predictors.demo.embeddings import lessons, teaching


def grade(folder: Path, *, questions: int = 1000) -> dict[str, float]:
    """The share of questions, as written and reworded, whose nearest other is of their entry."""
    torch.set_num_threads(1)  # a second one costs more than it saves here
    model = BertModel.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, add_pooling_layer=False
    ).eval()
    words = AutoTokenizer.from_pretrained(folder)
    written = [question for entry in lessons.ENTRIES for question in entry]
    known = _vectors(model, words, written)
    exams = {
        "as written": list(enumerate(written)),
        "reworded": [
            (place, text)
            for place, question in enumerate(written)
            for text in lessons.untaught(question)
        ],
    }
    return {
        form: _share_right(model, words, known, exam[:questions]) for form, exam in exams.items()
    }


def _share_right(
    model: BertModel, words: BertTokenizer, known: torch.Tensor, exam: list[tuple[int, str]]
) -> float:
    """The share whose nearest known question, but the one asked itself, is of the same entry."""
    entries = torch.tensor([n for n, entry in enumerate(lessons.ENTRIES) for _ in entry])
    places = torch.tensor([place for place, _ in exam])
    asked = _vectors(model, words, [text for _, text in exam])
    alike = (asked @ known.T).scatter_(1, places.unsqueeze(1), -torch.inf)
    right = entries[alike.argmax(dim=1)] == entries[places]
    return float(right.float().mean())


def _vectors(model: BertModel, words: BertTokenizer, texts: list[str]) -> torch.Tensor:
    with torch.inference_mode():
        return teaching.vectors(model, words, texts)
