"""The texts of a prediction, as people send them: a list, or one to a line."""

MOST_TEXTS = 1000


def texts(given: list[str] | str) -> list[str]:
    """One text for each vector; raises ValueError where there are none, too many, or blank ones."""
    listed = list(filter(str.strip, given.splitlines())) if isinstance(given, str) else given
    if not listed:
        raise ValueError("texts is empty; send at least one text.")
    if len(listed) > MOST_TEXTS:
        raise ValueError(f"texts holds {len(listed)} texts; send at most {MOST_TEXTS} at once.")
    for place, text in enumerate(listed):
        if not text.strip():
            raise ValueError(f"texts holds a blank text at place {place + 1}; leave it out.")
    return listed
