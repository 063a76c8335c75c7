#!/usr/bin/env python3
"""Fine-tunes a language model on a dataset of git flywheel and publishes the result.

    python3 train.py job.json

This file travels with the job: it needs nothing but itself, job.json and dataset.jsonl beside it,
and torch, transformers, trl, peft and datasets on the machine that trains. Everything that a
caller learns of the run stands in <output>/<key>/manifest.json, written last and whole; a run that
fails leaves one too, with the reason. The same job started again goes on where it was, and does
nothing when it is done.
"""

import hashlib
import json
import math
import os
import re
import shutil
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

NUMBER = (int, float)
# Job fields: accepted types, smallest value.
FIELDS = {
    **{name: (str, None) for name in ("key", "dataset", "base", "output", "form")},
    **{"rows": (int, 1), "seed": (int, 0), "epochs": (NUMBER, 0), "max_steps": (int, -1)},
    **{"learning_rate": (NUMBER, 0), "lora_rank": (int, 1), "lora_alpha": (NUMBER, 1)},
    **{"max_length": (int, 16), "batch": (int, 1)},
}
ATTEMPTS = 5  # of one HTTP exchange
# For a base model that has no chat template: the roles in plain words.
PLAIN_TEMPLATE = (
    "{% for m in messages %}{{ m['role'] | capitalize }}: {{ m['content'] }}{{ eos_token"
    " if m['role'] == 'assistant' else '' }}\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant: {% endif %}"
)


class Failure(Exception):
    """A reason that a person can act on; becomes the manifest's `error`."""


class Stopped(BaseException):
    """SIGTERM. No Exception, so that no library's handler can swallow it."""


def is_main() -> bool:
    """Of several processes (torchrun, accelerate) exactly one publishes."""
    return int(os.environ.get("RANK", "0")) == 0


def say(text: str) -> None:
    if is_main():
        print(text, flush=True)


# -- the job ------------------------------------------------------------------------------------


def check_job(job: object) -> dict:
    if not isinstance(job, dict):
        raise Failure("job.json is no object")
    for name, (types, least) in FIELDS.items():
        value = job.get(name)
        if not isinstance(value, types) or isinstance(value, bool) or value == "":
            raise Failure(f"job.json: '{name}' is missing or of the wrong type")
        if least is not None and value < least:
            raise Failure(f"job.json: '{name}' is {value}: want at least {least}")
    # The key becomes a folder's name, so it must not be able to leave its place.
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", job["key"]):
        raise Failure("job.json: 'key' must be of a-z, 0-9 and '-'")
    if job["form"] not in ("merged", "adapter"):
        raise Failure(f"job.json: 'form' is '{job['form']}': want merged or adapter")
    if job["epochs"] <= 0 and job["max_steps"] <= 0:
        raise Failure("job.json: 'epochs' must be more than 0 when 'max_steps' is not set")
    return job


def read_rows(path: Path, want: int) -> list:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            for message in [*row["prompt"], *row["completion"]]:
                if not isinstance(message["content"], str) or not isinstance(message["role"], str):
                    raise TypeError
            if not row["completion"]:
                raise KeyError
        except (ValueError, KeyError, TypeError):
            raise Failure(f"{path.name}:{number}: no prompt/completion row") from None
        rows.append({"prompt": row["prompt"], "completion": row["completion"]})
    if not rows:
        raise Failure(f"{path.name} is empty")
    if len(rows) != want:
        raise Failure(f"{path.name} has {len(rows)} rows, job.json says {want}: was it cut?")
    return rows


# -- where results go -----------------------------------------------------------------------------


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listing(folder: Path) -> list:
    """Every file below the folder, sorted by path bytes."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    names = sorted((p.relative_to(folder).as_posix() for p in files), key=os.fsencode)
    return [
        {"path": n, "size": (folder / n).stat().st_size, "sha256": sha256_file(folder / n)}
        for n in names
    ]


def digest(files: list) -> str:
    """Of the whole artifact: what a person gets from `sha256sum` over the sorted paths."""
    text = "".join(f"{f['sha256']}  {f['path']}\n" for f in files)
    return hashlib.sha256(text.encode()).hexdigest()


class FolderPlace:
    """A folder that this machine and the caller's both see."""

    def __init__(self, output: str, key: str):
        self.root = Path(output) / key
        self.work = self.root
        self.artifact = str(self.root / "model")

    def manifest(self) -> dict | None:
        try:
            return json.loads((self.root / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put_model(self, folder: Path, files: list) -> None:
        target = self.root / "model"
        for file in files:
            # Some writers make private files; the server may be another user.
            (folder / file["path"]).chmod(0o644)
        shutil.rmtree(target, ignore_errors=True)  # of an attempt that left no manifest
        folder.rename(target)

    def put_manifest(self, text: str) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        beside = self.root / f"manifest.json.{os.getpid()}"
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.root / "manifest.json")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """urllib would carry the token along to whatever host the answer names."""

    def redirect_request(self, *_args):
        return None


class WebPlace:
    """An address that takes PUT. https, or http on this machine itself."""

    def __init__(self, output: str, key: str):
        self.url = f"{output.rstrip('/')}/{key}"
        self.artifact = f"{self.url}/model"
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.work = Path(cache) / "git-flywheel" / key
        parts = urllib.parse.urlsplit(output)
        local = parts.hostname in ("localhost", "::1") or (parts.hostname or "").startswith("127.")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise Failure(f"output '{output}': want https (http only for this machine itself)")
        self.opener = urllib.request.build_opener(NoRedirect)

    def exchange(self, method: str, url: str, path: Path | None = None, data: bytes = b"") -> bytes:
        headers = {"User-Agent": "git-flywheel-train"}
        token = os.environ.get("FLYWHEEL_ARTIFACTS_TOKEN")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if method == "PUT":
            headers["Content-Length"] = str(path.stat().st_size if path else len(data))
            headers["Content-Type"] = "application/octet-stream"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                body = None if method == "GET" else path.open("rb") if path else data
                request = urllib.request.Request(url, data=body, headers=headers, method=method)
                with self.opener.open(request, timeout=300) as response:
                    return response.read()
            except urllib.error.HTTPError as error:
                if error.code not in (408, 409, 425, 429) and error.code < 500:
                    raise
                last = error
            except OSError as error:
                last = error
            if attempt < ATTEMPTS:
                time.sleep(min(2**attempt, 30) * float(os.environ.get("FLYWHEEL_BACKOFF", "1")))
        raise last

    def manifest(self) -> dict | None:
        try:
            return json.loads(self.exchange("GET", f"{self.url}/manifest.json"))
        except (OSError, ValueError):
            return None  # none yet, or unreadable: train; a real fault will show at the PUT

    def put_model(self, folder: Path, files: list) -> None:
        for file in files:
            say(f"publish {file['path']} ({file['size']} bytes)")
            url = f"{self.artifact}/{urllib.parse.quote(file['path'])}"
            self.exchange("PUT", url, path=folder / file["path"])

    def put_manifest(self, text: str) -> None:
        self.exchange("PUT", f"{self.url}/manifest.json", data=text.encode())


def place_of(output: str, key: str):
    if "://" in output:
        return WebPlace(output, key)
    if not os.path.isabs(output):
        raise Failure(f"output '{output}' is neither an absolute path nor a URL")
    return FolderPlace(output, key)


# -- the manifest ---------------------------------------------------------------------------------


def versions() -> dict:
    from importlib import metadata

    found = {"python": sys.version.split()[0]}
    for name in ("torch", "transformers", "trl", "peft"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def manifest_text(job: dict, error: str | None, **facts) -> str:
    """All fields always, so that a reader never has to ask which are there."""
    given = ("key", "form", "base", "dataset", "seed", "rows")
    manifest = {
        **{"format": 1, "status": "failed" if error else "succeeded", "error": error},
        **{name: job.get(name) for name in given},
        **{"artifact": None, "sha256": None, "files": [], "base_revision": None, "device": None},
        **{"tokens": 0, "steps": 0, "seconds": 0, "losses": [], "versions": versions()},
        **facts,
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def reason(error: BaseException) -> str:
    """One line that says what to do, where we know it."""
    if isinstance(error, Stopped):
        return "stopped"
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, ImportError):
        return f"{error}: install the entrypoint's requirements.txt where the job runs"
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return "out of memory: lower flywheel.batch or flywheel.maxLength"
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:500]


# -- training: torch and its friends are imported only from here on ------------------------------


def load_base(base: str):
    """Model and tokenizer of a model id, a folder, or a .gguf file (which is dequantized)."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # one line per step is enough for a log
    cuda = torch.cuda.is_available()
    dtype = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float32
    if not base.endswith(".gguf"):
        tokenizer = AutoTokenizer.from_pretrained(base)
        return AutoModelForCausalLM.from_pretrained(base, dtype=dtype), tokenizer
    folder, name = os.path.split(os.path.abspath(base))
    if not os.path.exists(base):
        raise Failure(f"base '{base}' does not exist on this machine")
    options = {"gguf_file": name, "dtype": dtype}
    try:
        from transformers import GgufConfig  # newer ones keep the blocks packed unless told

        options["quantization_config"] = GgufConfig(dequantize=True)
    except ImportError:
        pass
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    packed = AutoModelForCausalLM.from_pretrained(folder, **options)
    # What once was quantized refuses to be trained and saved: a plain model takes its weights.
    packed.config.__dict__.pop("quantization_config", None)
    model = AutoModelForCausalLM.from_config(packed.config, dtype=dtype)
    model.load_state_dict(packed.state_dict())
    model.generation_config = packed.generation_config
    return model, tokenizer


def prepare_tokenizer(tokenizer) -> None:
    if tokenizer.eos_token is None:
        raise Failure("the base model's tokenizer has no end-of-text token")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE


def tokens_of(tokenizer, row: dict, limit: int) -> dict:
    """Ids and mask of one row. TRL would cut a long row's end, which is the answer, the part that
    is learned; here a long prompt loses its middle instead, and the answer at most a quarter of
    the room to it."""

    def template(messages, **options):
        text = tokenizer.apply_chat_template(messages, tokenize=False, **options)
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    prompt = template(row["prompt"], add_generation_prompt=True)
    whole = template([*row["prompt"], *row["completion"]])
    common = 0
    while common < min(len(prompt), len(whole)) and prompt[common] == whole[common]:
        common += 1
    prompt, answer = whole[:common], whole[common:]
    if tokenizer.eos_token_id not in answer:
        answer.append(tokenizer.eos_token_id)
    answer = answer[: limit - min(len(prompt), limit // 4)]
    room = limit - len(answer)
    if len(prompt) > room:
        head = room // 4
        prompt = prompt[:head] + prompt[len(prompt) - (room - head) :]
    return {
        "input_ids": prompt + answer,
        "completion_mask": [0] * len(prompt) + [1] * len(answer),
    }


def last_checkpoint(folder: Path) -> str | None:
    """The newest whole one: its state file is written last, so a torn one has none."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda p: int(p.name.rsplit("-", 1)[1]))
    for path in reversed(found):
        try:
            json.loads((path / "trainer_state.json").read_text())
            return str(path)
        except (OSError, ValueError):
            shutil.rmtree(path, ignore_errors=True)
    return None


def checkpoints_of(work: Path, job: dict) -> Path:
    """Checkpoints of another job under the same key are none of ours."""
    folder = work / "checkpoints"
    note = folder / "job.json"
    text = json.dumps(job, sort_keys=True)
    if not is_main():
        return folder
    if not note.exists() or note.read_text(encoding="utf-8") != text:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        note.write_text(text, encoding="utf-8")
    return folder


def make_trainer(job: dict, rows: list, folder: Path):
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import PrinterCallback, TrainerCallback, set_seed
    from trl import SFTConfig, SFTTrainer

    set_seed(job["seed"])
    cuda = torch.cuda.is_available()
    model, tokenizer = load_base(job["base"])
    prepare_tokenizer(tokenizer)
    encoded = [tokens_of(tokenizer, row, job["max_length"]) for row in rows]

    # `batch` is rows per optimizer step, whatever the number of processes.
    share = max(1, job["batch"] // int(os.environ.get("WORLD_SIZE", "1")))
    at_once = next(n for n in range(min(share, 8), 0, -1) if share % n == 0)
    steps = job["max_steps"]
    if steps <= 0:
        steps = max(1, math.ceil(len(rows) * job["epochs"] / job["batch"]))

    class Progress(TrainerCallback):
        def on_train_begin(self, args, state, control, **_kwargs):
            self.since, self.first = time.monotonic(), None

        def on_log(self, args, state, control, logs=None, **_kwargs):
            if "loss" not in logs:
                return
            if not math.isfinite(float(logs["loss"])):
                raise Failure(f"the loss became {logs['loss']} at step {state.global_step}")
            now, seen = time.monotonic(), float(logs.get("num_tokens", 0))
            rate = (seen - self.first) / (now - self.since) if self.first is not None else 0
            if self.first is None:
                self.since, self.first = now, seen
            say(f"step {state.global_step}/{state.max_steps}  loss {float(logs['loss']):.4f}"
                + (f"  {rate:.0f} tokens/s" if rate > 0 else ""))

    arguments = SFTConfig(
        output_dir=str(folder),
        max_length=job["max_length"],
        completion_only_loss=True,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=share // at_once,
        num_train_epochs=job["epochs"],
        max_steps=job["max_steps"],
        learning_rate=job["learning_rate"],
        lr_scheduler_type="cosine",
        # TRL's defaults are for new GPUs: both fail or only cost time elsewhere.
        bf16=cuda and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=cuda,
        use_cpu=not cuda,
        seed=job["seed"],
        data_seed=job["seed"],
        # At most a twentieth of the work is lost; two, because one may be torn.
        save_steps=max(1, steps // 20),
        save_total_limit=2,
        logging_steps=max(1, steps // 100),
        logging_nan_inf_filter=False,  # a loss that is no number must end the job, not hide
        report_to="none",
        disable_tqdm=True,
    )
    lora = LoraConfig(
        r=job["lora_rank"],
        lora_alpha=job["lora_alpha"],
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(encoded),
        processing_class=tokenizer,
        peft_config=lora,
        callbacks=[Progress()],
    )
    trainer.remove_callback(PrinterCallback)  # ours says it in a line that a person can follow
    return trainer, sum(len(row["input_ids"]) for row in encoded)


def save_model(trainer, job: dict, folder: Path) -> None:
    import torch
    from transformers import AutoConfig, AutoTokenizer

    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed here
    folder.mkdir(parents=True)
    model = trainer.accelerator.unwrap_model(trainer.model)
    if job["form"] == "merged":
        model = model.merge_and_unload()
        if not job["base"].endswith(".gguf"):
            # As precise as its base was, so that the two are compared on equal terms.
            own = getattr(AutoConfig.from_pretrained(job["base"]), "dtype", None)
            model = model.to(own) if isinstance(own, torch.dtype) else model
        model.config.use_cache = True  # training turned it off; a server wants it
    else:
        for config in model.peft_config.values():
            config.base_model_name_or_path = job["base"]
    model.save_pretrained(folder, safe_serialization=True)
    trainer.processing_class.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # a library's form to fill in, not ours
    again = AutoTokenizer.from_pretrained(folder)
    if again.eos_token != trainer.processing_class.eos_token or not again.chat_template:
        raise Failure("the saved tokenizer lost its end-of-text token or chat template")


def device_name() -> str:
    import torch

    if not torch.cuda.is_available():
        return "cpu"
    count = max(int(os.environ.get("WORLD_SIZE", "1")), 1)
    return f"{torch.cuda.get_device_name(0)} x{count}"


def run(job: dict, here: Path, place) -> None:
    import torch

    started = time.monotonic()
    rows = read_rows(here / "dataset.jsonl", job["rows"])
    if torch.cuda.device_count() > 1 and "RANK" not in os.environ:
        say(f"{torch.cuda.device_count()} GPUs: one process each")
        launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        count = f"--nproc-per-node={torch.cuda.device_count()}"
        os.execv(sys.executable, [*launcher, count, *sys.argv])
    say(f"{job['key']}: {len(rows)} rows, base {job['base']}, on {device_name()}")
    folder = checkpoints_of(place.work, job)
    trainer, tokens = make_trainer(job, rows, folder)
    trainer.accelerator.wait_for_everyone()
    checkpoint = last_checkpoint(folder)
    if checkpoint:
        say(f"going on from {os.path.basename(checkpoint)}")
    trainer.train(resume_from_checkpoint=checkpoint)
    if not is_main():
        return
    fresh = place.work / "model.new"
    save_model(trainer, job, fresh)
    files = listing(fresh)
    place.put_model(fresh, files)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # too late: the result is whole
    history = [entry for entry in trainer.state.log_history if "loss" in entry]
    place.put_manifest(manifest_text(
        job,
        None,
        artifact=place.artifact,
        sha256=digest(files),
        files=files,
        base_revision=getattr(trainer.model.config, "_commit_hash", None),
        tokens=tokens,
        steps=trainer.state.global_step,
        seconds=round(time.monotonic() - started, 1),
        device=device_name(),
        losses=[{"step": e["step"], "loss": float(e["loss"])} for e in history],
    ))
    shutil.rmtree(folder, ignore_errors=True)
    if fresh.exists():
        shutil.rmtree(fresh)
    say(f"done: {place.artifact}")


def stop(_signal, _frame):
    raise Stopped


def main(arguments: list) -> int:
    if len(arguments) != 2:
        print("usage: python3 train.py job.json", file=sys.stderr)
        return 2
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    signal.signal(signal.SIGTERM, stop)
    here = Path(arguments[1]).resolve().parent
    job, place = {}, None
    try:
        job = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
        if isinstance(job, dict) and isinstance(job.get("key"), str):
            if re.fullmatch(r"[a-z0-9-]+", job["key"]) and isinstance(job.get("output"), str):
                place = place_of(job["output"], job["key"])  # even a bad job can say so there
        check_job(job)
        done = place.manifest() if is_main() else None
        same = done and all(done.get(name) == job[name] for name in ("dataset", "base"))
        if same and done.get("status") == "succeeded":
            say(f"already done: {done.get('artifact')}")
            return 0
        run(job, here, place)
        return 0
    except (Exception, Stopped) as error:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
        why = " ".join(reason(error).split())
        print(f"train.py: {why}", file=sys.stderr, flush=True)
        if not isinstance(error, (Failure, Stopped)):
            sys.excepthook(type(error), error, error.__traceback__)
        if place and is_main():
            try:
                place.put_manifest(manifest_text(job, why))
            except OSError as second:
                print(f"train.py: cannot publish the reason: {second}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
