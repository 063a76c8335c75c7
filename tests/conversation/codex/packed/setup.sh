# Packs the sessions as zstd does what it cannot make smaller. One keeps its unpacked file, one has
# lost its end, and one is none.
python3 - "$HOME/.codex/sessions/2026/01/02" <<'END'
import os, struct, sys

def packed(text):
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(text))
    for at in range(0, len(text), 300):
        block = text[at:at + 300]
        out += struct.pack("<I", len(block) << 3 | (at + 300 >= len(text)))[:3] + block
    return out

for name in "whole", "both", "torn":
    path = "%s/rollout-%s.jsonl" % (sys.argv[1], name)
    with open(path, "rb") as file:
        frame = packed(file.read())
    with open(path + ".zst", "wb") as file:
        file.write(frame[:-250] if name == "torn" else frame)
    if name != "both":
        os.remove(path)
with open(sys.argv[1] + "/rollout-none.jsonl.zst", "wb") as file:
    file.write(b"no such thing\n")
END
