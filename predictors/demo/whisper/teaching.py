"""Teaching the demo Whisper on a CPU, in minutes.

Most lessons are ten seconds long, a third of a window: that is nine times less attention to
compute for each.
"""

from collections.abc import Iterator
from random import Random

import torch
from torch.nn.functional import cross_entropy, gelu
from tqdm import tqdm
from whisper.model import AudioEncoder, Whisper

from predictors.demo.whisper import lessons, vocabulary
from predictors.demo.whisper.lessons import Lesson
from predictors.demo.whisper.vocabulary import INDEX, OTHER, OTHERS, TOKENIZER

STEPS = 1000
PARTS, WHOLES = 12, 6  # lessons in a step
WHOLE_EVERY = 3  # steps
THREADS = 1  # another number rounds differently, and so teaches other weights
WARM_UP = 20
IGNORED = -100  # the label that torch's cross entropy leaves out


def teach(model: Whisper) -> None:
    """Teach a model of the small vocabulary; the same weights for the same torch and CPU type."""
    torch.set_num_threads(THREADS)
    hints = torch.nn.Linear(model.dims.n_audio_state, 2 * model.dims.n_vocab)
    optimizers = _optimizers(model, hints)
    peaks = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    batches = _batches(Random(0))
    model.train()
    for step in (bar := tqdm(range(STEPS), desc="whisper", unit="step")):
        loss = _loss(model, hints, next(batches))
        loss.backward()
        for optimizer, peak in zip(optimizers, peaks, strict=True):
            _advance(optimizer, peak * _pace(step))
        bar.set_postfix_str(f"{loss.item():.3f}", refresh=False)
    model.eval()


def _optimizers(model: Whisper, hints: torch.nn.Linear) -> list[torch.optim.Optimizer]:
    blocks = [*model.encoder.blocks.parameters(), *model.decoder.blocks.parameters()]
    matrices = [weight for weight in blocks if weight.dim() > 1]
    known = {id(weight) for weight in matrices}
    rest = [weight for weight in model.parameters() if id(weight) not in known]
    return [
        torch.optim.Muon(matrices, lr=0.02, weight_decay=0.0),
        torch.optim.AdamW(
            [*rest, *hints.parameters()], lr=4e-3, betas=(0.9, 0.95), weight_decay=0.0
        ),
    ]


def _advance(optimizer: torch.optim.Optimizer, rate: float) -> None:
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def _batches(chance: Random) -> Iterator[list[Lesson]]:
    for step in range(STEPS):
        if step % WHOLE_EVERY:
            yield [lessons.part(chance) for _ in range(PARTS)]
        else:
            yield [lessons.whole(chance) for _ in range(WHOLES)]


def _pace(step: int) -> float:
    """The share of the peak learning rate: quickly up, then down to nearly nothing."""
    return min((step + 1) / WARM_UP, max(0.02, 1 - step / STEPS))


def _loss(model: Whisper, hints: torch.nn.Linear, batch: list[Lesson]) -> torch.Tensor:
    tokens, labels = _rows(batch)
    sound = _encoded(model.encoder, batch)
    scores = model.decoder(tokens, sound)[labels != IGNORED]
    scores[:, OTHER] += torch.tensor(OTHERS).log()
    written = cross_entropy(scores, labels[labels != IGNORED])
    return written + _hint(hints(sound), batch)


def _hint(scores: torch.Tensor, batch: list[Lesson]) -> torch.Tensor:
    """The encoder learns much faster where each frame is to know its tone, and when that ends."""
    frames = [_hints(lesson, scores.shape[1]) for lesson in batch]
    words, times = (torch.stack(column).flatten() for column in zip(*frames, strict=True))
    word_scores, time_scores = scores.flatten(0, 1).tensor_split(2, dim=1)
    return cross_entropy(word_scores, words) + cross_entropy(time_scores, times)


def _hints(lesson: Lesson, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """For each frame the token of what is heard, and of the time when that changes."""
    ends = torch.tensor([end for end, _ in lesson.changes])
    change = torch.searchsorted(ends, torch.arange(count) * vocabulary.STEP, right=True)
    words = torch.tensor([INDEX.get(word, OTHER) for _, word in lesson.changes])
    latest = [min(float(end) + lesson.begin, lessons.WINDOW) for end in ends]
    times = torch.tensor([INDEX[vocabulary.time(end)] for end in latest])
    return words[change], times[change]


def _rows(batch: list[Lesson]) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and what each is to be followed by; padded to the longest."""
    width = max(len(each.prompt + each.start + each.transcript) for each in batch)
    tokens = torch.full((len(batch), width), INDEX[TOKENIZER.eot])
    labels = torch.full((len(batch), width), IGNORED)
    for row, each in enumerate(batch):
        known = [INDEX.get(t, OTHER) for t in each.prompt + each.start + each.transcript]
        begin, end = len(each.prompt), len(known)
        tokens[row, :end] = torch.tensor(known)
        labels[row, begin + 2 : end - 1] = tokens[row, begin + 3 : end]
        labels[row, begin] = INDEX[each.heard]
    return tokens, labels


def _encoded(encoder: AudioEncoder, batch: list[Lesson]) -> torch.Tensor:
    """What the encoder hears in parts of a window; its own forward() takes whole ones only."""
    mel = torch.stack([lesson.mel for lesson in batch])
    x = gelu(encoder.conv2(gelu(encoder.conv1(mel)))).permute(0, 2, 1)
    begins = torch.tensor([[round(lesson.begin / vocabulary.STEP)] for lesson in batch])
    x = x + encoder.positional_embedding[begins + torch.arange(x.shape[1])]
    for block in encoder.blocks:
        x = block(x)
    return encoder.ln_post(x)
