"""Asynchronous: waits on a queue that its setup made, on the same loop."""

import asyncio

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    async def setup(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    async def predict(
        self, text: str = Input(default=""), waits: bool = Input(default=False)
    ) -> str:
        if not waits:
            asyncio.get_running_loop().call_later(0.001, self.queue.put_nowait, text)
        print("began", flush=True)
        return await self.queue.get()
