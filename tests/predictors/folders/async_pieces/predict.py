"""Asynchronous: yields, and says so when it is closed."""

import asyncio

from cog import AsyncConcatenateIterator, BasePredictor, Input


class Predictor(BasePredictor):
    async def predict(self, start: int = Input(default=3)) -> AsyncConcatenateIterator[str]:
        try:
            for number in range(start, 0, -1):
                await asyncio.sleep(0)
                yield str(number)
        finally:
            print("closed")
