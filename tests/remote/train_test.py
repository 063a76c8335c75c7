"""What train.py does around training: jobs, manifests, digests, publishing. Needs python3 alone.

Speaks TAP. The training itself is tested by check.sh, with the real libraries.
"""

import http.server
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ENTRYPOINT = pathlib.Path(__file__).resolve().parents[2] / "src/train/entrypoint/train.py"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ENTRYPOINT.parent))
import train  # noqa: E402

# Stand-ins that are found before the real libraries, where those are installed: no test may start
# to train.
TORCH = """
import os, time
class cuda:
    device_count = staticmethod(lambda: 0)
    is_available = staticmethod(lambda: False)
    is_bf16_supported = staticmethod(lambda: False)
if os.environ.get("FLYWHEEL_TEST_SLOW"):
    print("slow", flush=True)
    time.sleep(60)
"""
ROW = {
    "prompt": [{"role": "user", "content": "why?"}],
    "completion": [{"role": "assistant", "content": "because"}],
}


def job_for(output, **changes):
    job = {
        "key": "flywheel-0123456789abcdef",
        "dataset": "d" * 64,
        "rows": 2,
        "base": "/models/base",
        "seed": 1,
        "output": str(output),
        "form": "merged",
        "epochs": 1.0,
        "max_steps": -1,
        "learning_rate": 2e-4,
        "lora_rank": 16,
        "lora_alpha": 32,
        "max_length": 128,
        "batch": 4,
    }
    job.update(changes)
    return job


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)
        self.output = self.here / "artifacts"

    def write(self, job, rows=(ROW, ROW)):
        (self.here / "job.json").write_text(job if isinstance(job, str) else json.dumps(job))
        (self.here / "dataset.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        fakes = self.here / "fakes"
        fakes.mkdir(exist_ok=True)
        (fakes / "torch.py").write_text(TORCH)
        (fakes / "datasets.py").write_text("raise ImportError(\"No module named 'datasets'\")")

    def environment(self, **more):
        return {
            **{"PATH": os.environ["PATH"], "HOME": str(self.here)},
            **{"PYTHONPATH": str(self.here / "fakes"), "PYTHONDONTWRITEBYTECODE": "1"},
            **{"FLYWHEEL_BACKOFF": "0", **more},
        }

    def start(self, **more):
        return subprocess.run(
            [sys.executable, str(ENTRYPOINT), str(self.here / "job.json")],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def manifest(self):
        return json.loads((self.output / "flywheel-0123456789abcdef/manifest.json").read_text())

    def failure(self, job, rows=(ROW, ROW)):
        self.write(job, rows)
        ended = self.start()
        self.assertEqual(ended.returncode, 1, ended.stderr)
        manifest = self.manifest()
        self.assertEqual(manifest["status"], "failed")
        self.assertNotIn("\n", manifest["error"])
        return manifest["error"]


class Jobs(Case):
    def test_a_whole_job_is_taken(self):
        self.assertEqual(train.check_job(job_for("/x"))["rows"], 2)

    def test_each_bad_field_is_named(self):
        bad = {"key": "../up", "rows": 0, "seed": "1", "form": "whole", "epochs": True}
        bad.update({"base": "", "lora_rank": None, "max_length": 1, "batch": 1.5})
        for name, value in bad.items():
            with self.subTest(name), self.assertRaisesRegex(train.Failure, name):
                train.check_job(job_for("/x", **{name: value}))

    def test_no_epochs_and_no_steps(self):
        with self.assertRaisesRegex(train.Failure, "epochs"):
            train.check_job(job_for("/x", epochs=0))

    def test_a_relative_output_is_refused(self):
        with self.assertRaisesRegex(train.Failure, "absolute"):
            train.place_of("artifacts", "k")

    def test_plain_http_only_to_this_machine(self):
        train.place_of("http://127.0.0.1:1/x", "k")
        train.place_of("https://example.com/x", "k")
        for url in ("http://example.com/x", "ftp://example.com/x", "file:///x"):
            with self.subTest(url), self.assertRaisesRegex(train.Failure, "https"):
                train.place_of(url, "k")


class Manifests(Case):
    def test_the_digest_is_that_of_sha256sum(self):
        folder = self.here / "model"
        (folder / "sub").mkdir(parents=True)
        for name in ("b", "a.txt", "sub/c"):
            (folder / name).write_text(name)
        files = train.listing(folder)
        self.assertEqual([f["path"] for f in files], ["a.txt", "b", "sub/c"])
        listed = subprocess.run(
            ["sha256sum", *[f["path"] for f in files]], cwd=folder, capture_output=True
        ).stdout
        told = subprocess.run(["sha256sum"], input=listed, capture_output=True, text=False).stdout
        self.assertEqual(train.digest(files), told.decode().split()[0])

    def test_all_fields_are_there_after_a_failure_too(self):
        self.failure(job_for(self.output, form="whole"))
        wanted = "format key status error artifact form sha256 files base base_revision dataset "
        wanted += "seed rows tokens steps seconds device losses versions"
        self.assertEqual(sorted(self.manifest()), sorted(wanted.split()))

    def test_reasons_are_one_line(self):
        self.assertEqual(train.reason(train.Stopped()), "stopped")
        self.assertIn("flywheel.batch", train.reason(MemoryError()))
        self.assertEqual(train.reason(ValueError("one\ntwo")), "ValueError: one")
        self.assertEqual(train.reason(ValueError()), "ValueError: no message")


class Failures(Case):
    def test_a_bad_job_says_so_where_results_go(self):
        self.assertIn("form", self.failure(job_for(self.output, form="whole")))

    def test_an_empty_dataset(self):
        self.assertIn("is empty", self.failure(job_for(self.output), rows=()))

    def test_a_dataset_that_was_cut(self):
        self.assertIn("was it cut", self.failure(job_for(self.output), rows=(ROW,)))

    def test_a_row_of_another_kind(self):
        self.assertIn("dataset.jsonl:2", self.failure(job_for(self.output), rows=(ROW, {"a": 1})))

    def test_a_missing_package(self):
        self.assertIn("'datasets'", self.failure(job_for(self.output)))

    def test_no_job_at_all(self):
        self.write("{")
        ended = self.start()
        self.assertEqual(ended.returncode, 1)
        self.assertIn("train.py:", ended.stderr)

    def test_being_stopped(self):
        self.write(job_for(self.output))
        child = subprocess.Popen(
            [sys.executable, str(ENTRYPOINT), str(self.here / "job.json")],
            env=self.environment(FLYWHEEL_TEST_SLOW="1"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.assertEqual(child.stdout.readline(), "slow\n")
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(30), 1)
        child.stdout.close()
        self.assertEqual(self.manifest()["error"], "stopped")

    def test_only_the_first_of_several_processes_publishes(self):
        self.write(job_for(self.output))
        self.assertEqual(self.start(RANK="1").returncode, 1)
        self.assertFalse(self.output.exists())


class Again(Case):
    def succeed(self, **changes):
        job = job_for(self.output)
        text = train.manifest_text(job, None, artifact="/there", **changes)
        train.place_of(job["output"], job["key"]).put_manifest(text)

    def test_a_job_that_is_done_is_not_done_again(self):
        self.succeed()
        self.write(job_for(self.output))
        ended = self.start()
        self.assertEqual((ended.returncode, ended.stdout), (0, "already done: /there\n"))

    def test_another_dataset_is_another_job(self):
        self.succeed(dataset="e" * 64)
        self.assertIn("datasets", self.failure(job_for(self.output)))

    def test_a_failure_is_tried_again(self):
        self.failure(job_for(self.output), rows=())
        self.assertIn("datasets", self.failure(job_for(self.output)))

    def test_torn_checkpoints_are_passed_over(self):
        for step, state in ((2, "{}"), (10, "{}"), (11, '{"cut'), (12, None)):
            folder = self.here / f"checkpoint-{step}"
            folder.mkdir()
            if state is not None:
                (folder / "trainer_state.json").write_text(state)
        self.assertTrue(train.last_checkpoint(self.here).endswith("checkpoint-10"))

    def test_checkpoints_of_another_job_are_dropped(self):
        folder = train.checkpoints_of(self.here, job_for("/x"))
        (folder / "checkpoint-1").mkdir()
        train.checkpoints_of(self.here, job_for("/x"))
        self.assertTrue((folder / "checkpoint-1").exists())
        train.checkpoints_of(self.here, job_for("/x", seed=2))
        self.assertFalse((folder / "checkpoint-1").exists())


class Words:
    """A tokenizer of words; a conversation is '<role' words '>' and so on."""

    eos_token_id = 0

    def apply_chat_template(self, messages, tokenize, add_generation_prompt=False):
        text = " ".join(f"<{m['role']} {m['content']} >" for m in messages)
        return text + " <assistant" if add_generation_prompt else text

    def __call__(self, text, add_special_tokens):
        words = text.split()
        return {"input_ids": [0 if w == ">" else sum(map(ord, w)) for w in words]}


class Rows(Case):
    def encode(self, prompt, answer, limit):
        row = {
            "prompt": [{"role": "user", "content": "p " * prompt}],
            "completion": [{"role": "assistant", "content": "a " * answer}],
        }
        encoded = train.tokens_of(Words(), row, limit)
        self.assertEqual(len(encoded["input_ids"]), len(encoded["completion_mask"]))
        return encoded["input_ids"], sum(encoded["completion_mask"])

    def test_only_the_answer_is_learned(self):
        ids, learned = self.encode(5, 3, 100)
        self.assertEqual((len(ids), learned), (5 + 3 + 4, 3 + 1))

    def test_a_long_prompt_loses_its_middle(self):
        ids, learned = self.encode(500, 3, 40)
        self.assertEqual((len(ids), learned), (40, 4))
        self.assertEqual(ids[0], sum(map(ord, "<user")))
        self.assertEqual(ids[-5], sum(map(ord, "<assistant")))
        self.assertEqual(ids[-1], 0)

    def test_a_long_answer_leaves_a_quarter(self):
        ids, learned = self.encode(500, 500, 40)
        self.assertEqual((len(ids), learned), (40, 30))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        status = self.server.faults.pop(0) if self.server.faults else 201
        if status == 201:
            self.server.kept[self.path] = body
        self.answer(status)

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        body = self.server.kept.get(self.path)
        self.answer(404 if body is None else 200, body or b"")

    def answer(self, status, body=b""):
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class Web(Case):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.seen, self.server.kept, self.server.faults = [], {}, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}/a"
        os.environ.update(FLYWHEEL_BACKOFF="0", FLYWHEEL_ARTIFACTS_TOKEN="t")
        self.addCleanup(os.environ.pop, "FLYWHEEL_ARTIFACTS_TOKEN")

    def publish(self):
        folder = self.here / "model"
        folder.mkdir()
        (folder / "a b.txt").write_text("hello")
        place = train.place_of(self.url, "k")
        files = train.listing(folder)
        # say() would break the TAP.
        sys.stdout, kept = io.StringIO(), sys.stdout
        try:
            place.put_model(folder, files)
        finally:
            sys.stdout = kept
        place.put_manifest("{}")
        return place

    def test_files_first_and_the_manifest_last_with_the_token(self):
        place = self.publish()
        paths = ["/a/k/model/a%20b.txt", "/a/k/manifest.json"]
        self.assertEqual(self.server.seen, [(path, "Bearer t") for path in paths])
        self.assertEqual(self.server.kept[paths[0]], b"hello")
        self.assertEqual(place.manifest(), {})

    def test_faults_that_pass_are_waited_out(self):
        self.server.faults = [503, 429, 500]
        self.publish()
        self.assertEqual(len(self.server.seen), 5)
        self.assertEqual(self.server.kept["/a/k/model/a%20b.txt"], b"hello")

    def test_a_refusal_is_not_repeated(self):
        self.server.faults = [403] * 9
        with self.assertRaises(OSError):
            self.publish()
        self.assertEqual(len(self.server.seen), 1)

    def test_a_redirect_is_not_followed(self):
        self.server.faults = [302] * 9
        with self.assertRaises(OSError):
            self.publish()
        self.assertEqual(len(self.server.seen), 1)

    def test_no_manifest_is_no_error(self):
        self.assertIsNone(train.place_of(self.url, "k").manifest())

    def test_a_failure_is_published_there(self):
        self.write(job_for(self.url), rows=())
        self.assertEqual(self.start(FLYWHEEL_ARTIFACTS_TOKEN="t").returncode, 1)
        text = self.server.kept["/a/flywheel-0123456789abcdef/manifest.json"]
        self.assertIn("is empty", json.loads(text)["error"])


class Tap(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def stopTest(self, test):
        self.number += 1
        faults = [text for case, text in self.failures + self.errors
                  if test in (case, getattr(case, "test_case", None))]
        print(f"{'not ' if faults else ''}ok {self.number} - {test.id().split('.', 1)[1]}")
        for text in faults:
            print("".join(f"# {line}\n" for line in text.splitlines()), end="")


if __name__ == "__main__":
    began = time.monotonic()
    result = Tap()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(result)
    print(f"1..{result.number}")
    print(f"# {time.monotonic() - began:.1f} s")
    sys.exit(not result.wasSuccessful())
