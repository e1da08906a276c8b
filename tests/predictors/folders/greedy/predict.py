"""Never lets go: swallows what should stop it, as often as it is told to."""

import itertools
import time

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, returns: bool = Input(default=False)) -> str:
        for _ in itertools.count():
            try:
                print("began", flush=True)
                time.sleep(0.01)
            except BaseException:
                print("swallowed", flush=True)
                if returns:
                    return "done all the same"
        return "never"
