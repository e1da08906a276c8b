"""A plain function, without a setup."""

from cog import Input


def predict(name: str = Input(description="Who to greet"), times: int = 2) -> list[str]:
    return [f"hello {name}"] * times
