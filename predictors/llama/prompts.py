"""From a prompt to the text that the model continues: a template, the chat format, or as it is."""

import re
from typing import Any

FIELD = re.compile(r"{{|}}|{prompt}|{system_prompt}")


def text(tokenizer: Any, prompt: str, system_prompt: str, template: str | None) -> str:
    """The caller's template comes first, then the model's chat template, then the prompt alone."""
    if template:
        return fill(template, prompt, system_prompt)
    if tokenizer.chat_template is None:
        return prompt
    turns = [{"role": "user", "content": prompt}]
    if system_prompt:
        turns.insert(0, {"role": "system", "content": system_prompt})
    return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))


def fill(template: str, prompt: str, system_prompt: str) -> str:
    """Put both prompts into the template; braces inside a prompt mean nothing."""
    if "{prompt}" not in FIELD.findall(template):
        raise ValueError("prompt_template has no {prompt} in it, so the prompt would be lost.")
    values = {"{{": "{", "}}": "}", "{prompt}": prompt, "{system_prompt}": system_prompt}
    return FIELD.sub(lambda field: values[field[0]], template)
