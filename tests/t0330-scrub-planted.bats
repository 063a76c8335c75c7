# Secrets planted in talk, messages, comments and code, and a whole revolution over them: not one
# may stand in any byte that was written, in any of the forms that it could hide in.
bats_require_minimum_version 1.5.0
load helper

# Assembled here, so that no text of ours holds anything that a forge would take for a live key.
KEY_A="gh""p_Zq8vT3nK5wR1yB7mX2cD9fG4hJ6kL0pS8aQe"
KEY_B="sk_""live_9hQ2mV7xK4tB8nR3wZ6cY1pL5d"
KEY_C="zK3vQ9pLw2xT"
KEY_D="AK""IAQ3EGRT5ZLKJH7WXN"

# `why` is not among what is searched: it shows a commit's own subject, read from git as it is asked.

# searches for the secrets in files and folders: prints where, and how they are written there.
search() {
	python3 - "$KEY_A" "$KEY_B" "$KEY_C" "$KEY_D" "$@" <<-'END'
		import base64, json, os, sys
		secrets, places = sys.argv[1:5], sys.argv[5:]
		forms = []
		for secret in secrets:
		    raw = secret.encode()
		    forms += [(secret, "plain", raw), (secret, "hex", raw.hex().encode()),
		              (secret, "HEX", raw.hex().upper().encode()),
		              (secret, "UTF-16", secret.encode("utf-16-le")),
		              (secret, "JSON", "".join("\\u%04x" % b for b in raw).encode())]
		    for shift in range(3):  # what stands before it shifts the digits of base64
		        wrapped = base64.b64encode(b"x" * shift + raw)
		        forms.append((secret, "base64", wrapped[4 if shift else 0:-4]))
		for place in places:
		    names = [place] if os.path.isfile(place) else [
		        os.path.join(folder, name) for folder, _, files in os.walk(place) for name in files]
		    for name in names:
		        data = open(name, "rb").read()
		        for secret, form, wanted in forms:
		            if wanted in data:
		                print(f"{name}: {secret[:6]}... as {form}")
	END
}

plant_code() {
	mkdir -p src/extra
	cat >src/extra/keys.c <<-END
		/* Because the carrier answers late on Mondays, we use the key $KEY_A instead of asking. */
		#include "order.h"
		static const char *stripe = "$KEY_B";
		const char *extra_key(int which)
		{
			const char *password = "$KEY_C";
			if (which < 0)
				return NULL;
			/* TODO: use "$KEY_D" */
			return which ? stripe : password;
		}
	END
	printf 'def connect():\n    """Connect with %s, since it is cheaper."""\n    token = "%s"\n    return token\n' \
		"$KEY_B" "$KEY_A" >src/extra/k.py
	git add src/extra
	tick
	git commit -q -m "Use the key $KEY_A instead of a retry loop because the carrier answers late" \
		-m "The password is $KEY_C since polling the dock was too slow. AWS_ACCESS_KEY_ID=$KEY_D"
}

plant_talk() {
	local slug

	slug=$(printf %s "$WHEEL" | tr -c 'A-Za-z0-9' -)
	mkdir -p "$HOME/.claude/projects/$slug"
	{
		printf '{"type":"user","uuid":"u1","sessionId":"s1","cwd":"%s","gitBranch":"main","timestamp":"2026-01-01T10:00:01.123Z","message":{"role":"user","id":"m1","content":"We decided to use %s instead of %s because it is cheap.\\nDB_PASSWORD=%s\\n%s"}}\n' \
			"$WHEEL" "$KEY_A" "$KEY_B" "$KEY_C" "$(printf 'token=%s' "$KEY_A" | base64 -w0)"
		printf '{"type":"assistant","uuid":"u2","sessionId":"s1","cwd":"%s","gitBranch":"main","timestamp":"2026-01-01T10:00:02.123Z","message":{"role":"assistant","id":"m2","content":[{"type":"tool_use","id":"t1","name":"Edit","input":{"file_path":"%s/src/extra/keys.c","old_string":"int","new_string":"char *t = \\"%s\\";"}}]}}\n' \
			"$WHEEL" "$WHEEL" "$KEY_D"
	} >"$HOME/.claude/projects/$slug/s1.jsonl"
}

# The newest tenth is never trained on: what was planted must be older.
cover_with_work() {
	local i file name

	for i in $(seq 1 45); do
		file=$(ls src/*.c | sed -n "$((i % 20 + 1))p") name=$(basename "$file" .c)
		printf '\nint extra_%s_%d(struct %s *self)\n{\n\tif (!self)\n\t\treturn -1;\n\tself->count += %d;\n\treturn self->count > %d ? self->count : 0;\n}\n' \
			"$name" "$i" "$name" "$i" "$i" >>"$file"
		git add src
		tick
		git commit -q -m "Add extra $i to $name because the count is asked for on Mondays"
	done
}

setup_file() {
	make_wheel
	cd "$WHEEL"
	wait_for_worker
	git rev-list --all --objects | cut -d' ' -f1 | sort >"$BATS_FILE_TMPDIR/before"
	plant_code
	plant_talk
	cover_with_work
}

setup() {
	setup_environment
	export HOME="$BATS_FILE_TMPDIR/home"
	cd "$WHEEL"
}

@test "the search finds what is there, in every form" {
	printf '%s' "$KEY_A" >"$BATS_TEST_TMPDIR/a"
	printf 'xx%s' "$KEY_B" | base64 -w0 >"$BATS_TEST_TMPDIR/b"
	printf '%s' "$KEY_D" | xxd -p | tr -d '\n' >"$BATS_TEST_TMPDIR/c"
	run -0 search "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/c"
	[ "${#lines[@]}" -eq 3 ]
	run -0 search src
	[ "${#lines[@]}" -ge 4 ]
}

@test "nothing planted is in any byte that a revolution writes" {
	local out="$BATS_TEST_TMPDIR/out"

	mkdir "$out"
	ulimit -c unlimited || true
	git flywheel index --history >"$out/index" 2>&1
	git flywheel harvest >"$out/harvest" 2>&1
	git flywheel decisions list >"$out/decisions" 2>&1 || git flywheel decisions >"$out/decisions" 2>&1
	git flywheel cycle >"$out/cycle" 2>&1 || [ $? -eq 1 ]
	grep -q "verdict" "$out/cycle"
	git flywheel dataset export --format trl >"$out/dataset.jsonl" 2>"$out/export"
	[ -s "$out/dataset.jsonl" ]
	git config flywheel.trainer ray
	git config flywheel.ray.url http://127.0.0.1:9
	git config flywheel.base some/model
	git config flywheel.artifacts "$BATS_TEST_TMPDIR/results"
	git flywheel train --dry-run >"$out/train" 2>&1
	git flywheel train --show dataset.jsonl >"$out/package.jsonl"
	git config --unset flywheel.trainer
	git flywheel why src/extra/keys.c >/dev/null
	git flywheel fit src/extra/keys.c >/dev/null 2>&1 || true
	ls .git/flywheel/models/working-*.model
	git flywheel status --json >"$out/status" 2>&1
	git flywheel backup >"$out/backup" 2>&1 || true
	wait_for_worker

	# Talk was taken in, decisions were mined and the code was learnt: there was something to leak.
	[ "$(git flywheel harvest --list --json 2>/dev/null | wc -c)" -gt 2 ]
	python3 - .git/flywheel/flywheel.db <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		assert db.execute("SELECT count(*) FROM turn").fetchone()[0] >= 2
		assert db.execute("SELECT count(*) FROM decision WHERE statement LIKE '%use the key%'").fetchone()[0]
	END
	strings .git/flywheel/models/house-*.model | grep -q extra_key

	# Every object that is new and not of the user's own commits: notes, log, tags.
	git rev-list --objects main | cut -d' ' -f1 | sort >"$BATS_TEST_TMPDIR/own"
	git cat-file --batch-all-objects --batch-check='%(objectname)' | sort |
		comm -23 - "$BATS_TEST_TMPDIR/own" | git cat-file --batch >"$out/objects"
	[ -s "$out/objects" ]
	run -0 search .git/flywheel "$out"
	echo "$output"
	[ "$output" = "" ]
	[ -z "$(find .git "$WHEEL" -maxdepth 1 -name 'core*')" ]
}

@test "a process that scrubs leaves no core" {
	[ -r /proc/self/limits ] || skip "no /proc"
	ulimit -c unlimited 2>/dev/null || skip "cores are forbidden here anyway"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	git flywheel scrub - <"$BATS_TEST_TMPDIR/pipe" >"$BATS_TEST_TMPDIR/clean" &
	exec 8>"$BATS_TEST_TMPDIR/pipe"
	printf '%s\n' "$KEY_A" >&8
	for _ in $(seq 100); do
		child=$(pgrep -P $! -x git-flywheel || true)
		limits=$(cat "/proc/${child:-$!}/limits" 2>/dev/null || true)
		[[ $limits =~ "Max core file size"\ +"0 " ]] && break
		sleep 0.05
	done
	exec 8>&-
	wait
	[[ $limits =~ "Max core file size"\ +"0 " ]]
}
