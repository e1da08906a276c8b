"""Asynchronous: each prediction waits until as many as it wants run beside it."""

import asyncio
import os
import sys

from cog import AsyncConcatenateIterator, BasePredictor, Input, current_scope


class Predictor(BasePredictor):
    async def setup(self) -> None:
        self.running = self.most = 0
        self.changed = asyncio.Condition()
        print("loaded")

    async def predict(
        self,
        name: str = Input(default="a"),
        beside: int = Input(default=1),
        end: str = Input(default="return"),
    ) -> AsyncConcatenateIterator[str]:
        async with self.changed:
            self.running += 1
            self.most = max(self.most, self.running)
            self.changed.notify_all()
        try:
            print(f"began {name}")
            await asyncio.to_thread(print, f"thread of {name}")
            async with self.changed:
                await self.changed.wait_for(lambda: self.most >= beside)
            current_scope().record_metric("name", name)
            yield name
            if end == "raise":
                raise ValueError(f"{name} broke")
            if end == "crash":
                os._exit(3)
            if end == "wait":
                await asyncio.sleep(60)
            print(f"ended {name}", file=sys.stderr)
        finally:
            async with self.changed:
                self.running -= 1
