"""What Cog raises into a model, or warns it of."""


class CancelationException(BaseException):
    """The prediction was canceled; clean up and raise it again."""


class ExperimentalFeatureWarning(FutureWarning):
    """Never given; models filter it by name."""
