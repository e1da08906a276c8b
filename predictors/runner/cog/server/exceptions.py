"""Where models of Cog up to 0.16 import the cancelation from."""

from ..exceptions import CancelationException

__all__ = ["CancelationException"]
