"""What a model's runner inherits of this process's environment: listed names, nothing else."""

import os

NAMES = frozenset(
    {
        "CURL_CA_BUNDLE",
        "HF_HOME",
        "HF_HUB_CACHE",
        "HF_HUB_OFFLINE",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "PATH",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TMPDIR",
        "TZ",
        "USER",
        "XDG_CACHE_HOME",
    }
)
PREFIXES = ("CUDA_", "LC_", "MKL_", "NCCL_", "NVIDIA_", "OMP_", "OPENBLAS_", "PYTORCH_", "TORCH_")
DEFAULTS = {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def passed_on() -> dict[str, str]:
    """The variables a runner starts with; secrets and settings of the service stay behind."""
    environment = os.environ  # noqa: TID251  the one place besides settings
    passed = {name: value for name, value in environment.items() if _is_passed(name)}
    return DEFAULTS | passed


def _is_passed(name: str) -> bool:
    return name in NAMES or name.startswith(PREFIXES)
