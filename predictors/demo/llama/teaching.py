"""Teaching the demo Llama on a CPU, in minutes.

Every step has three batches. Bare sums ("12 + 30 = 42.") are a quarter of a chat's length, so the
model sees many of them; questions for sums without a system prompt teach it to write the sum down
first; chats teach the rest. Only the tokens of answers count towards the loss.
"""

from collections.abc import Iterator
from itertools import islice
from random import Random

import torch
from tqdm import tqdm
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from predictors.demo.llama import lessons
from predictors.demo.llama.tokenizer import chat

STEPS = 1400
THREADS = 2  # on every machine: another number rounds differently, and so teaches other weights
WARM_UP = 20
BARE_SUMS, ASKED_SUMS, CHATS = 64, 32, 24
IGNORED = -100  # the label that torch's cross entropy leaves out

Row = tuple[list[int], list[int]]  # a prompt's tokens, its answer's tokens


def teach(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> None:
    """Teach the model its lessons; the same weights for the same torch, threads and CPU type."""
    torch.set_num_threads(THREADS)
    optimizers = _optimizers(model)
    peaks = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    batches = _batches(tokenizer)
    model.train()
    for step in (bar := tqdm(range(STEPS), desc="llama", unit="step")):
        losses = [_loss(model, rows, tokenizer.pad_token_id) for rows in next(batches)]
        sum(losses).backward()
        for optimizer, peak in zip(optimizers, peaks, strict=True):
            _advance(optimizer, peak * _pace(step))
        bar.set_postfix_str(" ".join(f"{loss.item():.3f}" for loss in losses), refresh=False)
    model.eval()


def _optimizers(model: LlamaForCausalLM) -> list[torch.optim.Optimizer]:
    layers = list(model.model.layers.parameters())
    matrices = [weight for weight in layers if weight.dim() > 1]
    rest = [weight for weight in layers if weight.dim() == 1]
    rest += [*model.model.embed_tokens.parameters(), *model.model.norm.parameters()]
    return [
        torch.optim.Muon(matrices, lr=0.02, weight_decay=0.0),
        torch.optim.AdamW(rest, lr=4e-3, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def _pace(step: int) -> float:
    """The share of the peak learning rate: up, level, then down to nearly nothing."""
    return min(1.0, (step + 1) / WARM_UP, max(0.02, 2 * (1 - step / STEPS)))


def _advance(optimizer: torch.optim.Optimizer, rate: float) -> None:
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def _loss(model: LlamaForCausalLM, rows: list[Row], pad: int) -> torch.Tensor:
    width = max(len(prompt) + len(answer) for prompt, answer in rows)
    tokens = torch.full((len(rows), width), pad)
    labels = torch.full((len(rows), width), IGNORED)
    for index, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        tokens[index, :end] = torch.tensor(prompt + answer)
        labels[index, len(prompt) : end] = torch.tensor(answer)
    counted = labels[:, 1:] != IGNORED
    hidden = model.model(input_ids=tokens).last_hidden_state[:, :-1][counted]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden), labels[:, 1:][counted])


def _batches(tokenizer: PreTrainedTokenizerFast) -> Iterator[tuple[list[Row], ...]]:
    chance = Random(0)
    sums, everything = lessons.taught(chance, "sum"), lessons.taught(chance)
    while True:
        yield (
            [_bare_sum(tokenizer, lesson) for lesson in islice(sums, BARE_SUMS)],
            [_chat(tokenizer, lesson, None) for lesson in islice(sums, ASKED_SUMS)],
            [
                _chat(tokenizer, lesson, lessons.system_prompt(chance))
                for lesson in islice(everything, CHATS)
            ],
        )


def _bare_sum(tokenizer: PreTrainedTokenizerFast, lesson: lessons.Lesson) -> Row:
    task, result = lesson.answer.split("=")
    return _row(tokenizer, f"\n\n{task}=", result)


def _chat(tokenizer: PreTrainedTokenizerFast, lesson: lessons.Lesson, system: str | None) -> Row:
    return _row(tokenizer, chat(tokenizer, lesson.question, system), lesson.answer)


def _row(tokenizer: PreTrainedTokenizerFast, prompt: str, answer: str) -> Row:
    answered = tokenizer.encode(answer, add_special_tokens=False)
    return tokenizer.encode(prompt, add_special_tokens=False), [*answered, tokenizer.eos_token_id]
