"""The demo Llama's tokenizer: a small byte-level vocabulary, one token a digit, Llama 3's turns."""

from random import Random

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from predictors.demo.llama import lessons

VOCABULARY = 768
CONTEXT = 2048
SPECIALS = (
    *("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
    *("<|eot_id|>", "<|finetune_right_pad_id|>"),
)
CHAT_TEMPLATE = (
    "{{- bos_token }}"
    "{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + (message['content'] | trim) + '<|eot_id|>' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
    "{%- endif %}"
)


def make() -> PreTrainedTokenizerFast:
    """The same tokenizer every time."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(_corpus(), _trainer())
    return _wrapped(tokenizer)


def chat(tokenizer: PreTrainedTokenizerFast, question: str, system: str | None) -> str:
    """The text before the answer, as the predictor will show it to the model."""
    turns = [{"role": "user", "content": question}]
    if system:
        turns.insert(0, {"role": "system", "content": system})
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    return str(text)


def _trainer() -> trainers.BpeTrainer:
    return trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIALS),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )


def _corpus() -> list[str]:
    turns = [lessons.SYSTEM_PROMPT, "system\n\n", "user\n\n", "assistant\n\n"]
    numbers = [text for word in lessons.NUMBERS for text in (word, f" {word}")]
    taught = lessons.taught(Random(0))
    asked = [text for _ in range(400) for text in _texts(next(taught))]
    return turns * 40 + numbers * 30 + lessons.plain_texts() + asked


def _texts(lesson: lessons.Lesson) -> tuple[str, str]:
    return lesson.question, lesson.answer


def _wrapped(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        pad_token="<|finetune_right_pad_id|>",
        clean_up_tokenization_spaces=False,
        model_max_length=CONTEXT,
        padding_side="left",
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped
