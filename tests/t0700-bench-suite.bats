# git flywheel bench: the suite of a made-up history.
load helper

setup_file() {
	${CC:-gcc} -O1 -o "$BATS_FILE_TMPDIR/history" "$BATS_TEST_DIRNAME/replay/history.c"
	"$BATS_FILE_TMPDIR/history" 400 1 >"$BATS_FILE_TMPDIR/stream"
}

setup() {
	setup_repo
	if [ ! -e "$BATS_FILE_TMPDIR/done" ]; then
		git init -q -b main --bare "$BATS_FILE_TMPDIR/origin.git"
		git -C "$BATS_FILE_TMPDIR/origin.git" fast-import --quiet <"$BATS_FILE_TMPDIR/stream"
		touch "$BATS_FILE_TMPDIR/done"
	fi
}

clone() {
	git clone -q "$BATS_FILE_TMPDIR/origin.git" "$BATS_TEST_TMPDIR/$1"
	cd "$BATS_TEST_TMPDIR/$1" || return 1
	git flywheel init >/dev/null
	wait_for_worker
}

# train: a model of the tree at HEAD~40, where the newest tenth begins.
train() {
	mkdir "$BATS_TEST_TMPDIR/old"
	git archive HEAD~40 | tar -x -C "$BATS_TEST_TMPDIR/old"
	find "$BATS_TEST_TMPDIR/old" -name '*.[ch]' | sort >"$BATS_TEST_TMPDIR/list"
	git flywheel house train --files "$BATS_TEST_TMPDIR/list" \
		--output "$BATS_TEST_TMPDIR/model" >/dev/null
}

@test "most categories have questions, each with four different choices" {
	clone one
	git flywheel bench --items --json >items
	run python3 - <<-'PY'
	import json
	items = [json.loads(line) for line in open("items")]
	for item in items:
	    assert len(set(item["choices"])) == 4, item
	    assert 0 <= item["answer"] < 4, item
	    assert len(item["prompt"]) < 3000, item
	print(len({item["category"] for item in items}))
	PY
	[ "$status" = 0 ]
	[ "$output" -ge 6 ]
}

@test "two clones write the same exam, and keep the answers" {
	clone one
	train
	export FLYWHEEL_GENERIC="$BATS_TEST_TMPDIR/model"
	git flywheel bench --items --json >"$BATS_TEST_TMPDIR/first"
	git flywheel bench --json >"$BATS_TEST_TMPDIR/first.scores"
	clone two
	git flywheel bench --items --json >"$BATS_TEST_TMPDIR/second"
	git flywheel bench --json >"$BATS_TEST_TMPDIR/second.scores"
	cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	cmp "$BATS_TEST_TMPDIR/first.scores" "$BATS_TEST_TMPDIR/second.scores"
	# Kept answers are the same answers.
	git flywheel bench --json >third.scores
	cmp third.scores "$BATS_TEST_TMPDIR/first.scores"
	grep -q '"gated": true' third.scores
	run git flywheel bench --model "$BATS_TEST_TMPDIR/model" --blind
	[ "$status" = 0 ]
	[[ "$output" == *"house-"*"blind"* ]]
}

@test "every question stands on a line that the cutoff does not have" {
	clone one
	git flywheel bench --items --json >items
	# The newest tenth of a straight history is held out.
	git show -s HEAD~40 >/dev/null
	run python3 - <<-'PY'
	import json, subprocess
	count = 0
	for line in open("items"):
	    item = json.loads(line)
	    if item["category"] not in ("pattern-adherence", "error-handling"):
	        continue
	    path, number = item["source"].rsplit(":", 1)
	    head = open(path).read().split("\n")
	    number = int(number)
	    assert head[number - 1].strip() == item["choices"][item["answer"]], item
	    old = subprocess.run(["git", "show", "HEAD~40:" + path], capture_output=True, text=True).stdout
	    window = [text.strip() for text in head[:number] if text.strip()][-3:]
	    lines = [text.strip() for text in old.split("\n") if text.strip()]
	    assert not any(lines[i:i + 3] == window for i in range(len(lines))), item
	    count += 1
	print(count)
	PY
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" -ge 10 ]
}

@test "a team's own question is in the exam; a bad line is named" {
	clone one
	mkdir -p .flywheel/bench
	echo '{"category": "call-graph", "prompt": "Which?", "choices": ["aa", "bb", "cc", "dd"], "answer": "cc"}' \
		>.flywheel/bench/ours.jsonl
	git add .flywheel && git commit -qm "Ask our own"
	git flywheel bench --items --json --category call-graph >items
	grep -q '"prompt":"Which?".*"source":".flywheel/bench/ours.jsonl:1"' items
	printf '\n{"category": "call-graph", "prompt": "Which?", "choices": ["aa", "bb"], "answer": 0}\n' \
		>>.flywheel/bench/ours.jsonl
	git commit -qam "Ask badly"
	run git flywheel bench
	[ "$status" = 128 ]
	[[ "$output" == *".flywheel/bench/ours.jsonl:3: 'choices' must be four texts"* ]]
}

@test "a short history says what is missing" {
	commit_file a.c "int a;"
	git flywheel init >/dev/null
	run git flywheel bench
	[ "$status" = 128 ]
	[[ "$output" == *"commit"* ]]
	run git flywheel bench --items --category none
	[ "$status" = 129 ]
}
