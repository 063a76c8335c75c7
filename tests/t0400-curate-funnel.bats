#!/usr/bin/env bats
# git flywheel curate: the funnel adds up, its dataset is a function of the repository, and every
# example can be explained.

bats_require_minimum_version 1.5.0
load helper

# A small C project with a history that says why: enough for most kinds of examples.
make_project() {
	local i

	mkdir -p src .flywheel/examples
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		cat >src/part$i.c <<-CODE
			#include "part.h"

			/* Reads record $i and gives it to its owner, or says what is wrong with it. */
			int read_record_$i(struct input *in, int limit)
			{
				int total = $i;

				if (!in)
					return fail_with($i, "no input");
				for (int k = 0; k < limit; k++) {
					if (in->bytes[k] == $i)
						total += weigh_$i(in, k);
					else if (in->bytes[k] < 0)
						goto out;
				}
			out:
				release_$i(in);
				return total;
			}

			int handle_$i(struct input *in)
			{
				int rc = read_record_$i(in, $i * 3);

				if (rc < 0)
					return rc;
				return rc > $i ? store(in, rc) : drop(in, $((i * 7)));
			}
		CODE
		git add src
		tick
		git commit -q -m "Read records of kind $i instead of skipping them

The owner of kind $i asked for them because a skipped record could not be told from a lost one."
	done
	for i in 1 2 3 4 5 6 7 8 9 10; do
		sed -i "s/int total = $i;/int total = $((i + 100));/" src/part$i.c
		git add src
		tick
		git commit -q -m "Fix the total of part $i, which must start at the base

It started at zero, so that the sum was off by the base in order to save a constant."
	done
}

setup() {
	setup_repo
	make_project
	git flywheel init >/dev/null 2>&1
	wait_for_worker
}

digest_of() {
	git flywheel curate --json | jq -r .dataset
}

@test "kept and rejected add up to raw, and each filter has its row" {
	run -0 git flywheel curate --json
	jq -e '.raw > 50 and .kept > 0 and .raw == .kept + ([.reasons[].rejected] | add)' <<<"$output"
	jq -e '([.kinds[].raw] | add) == .raw and ([.kinds[].kept] | add) == .kept' <<<"$output"
	jq -e '[.kinds[].kind] | (index("function") and index("change-intent") and index("explain"))' \
		<<<"$output"
	jq -e '[.reasons[].filter] | length >= 10' <<<"$output"
}

@test "the same bytes twice, and in a second clone" {
	first=$(digest_of)
	[ "$(digest_of)" = "$first" ]
	git clone -q . "$BATS_TEST_TMPDIR/second"
	cd "$BATS_TEST_TMPDIR/second"
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	[ "$(digest_of)" = "$first" ]
	sha=$(sha256sum .git/flywheel/datasets/"$first".jsonl)
	[ "${sha%% *}" = "$first" ]
}

@test "rows are sorted by id and the manifest names each of them" {
	sha=$(digest_of)
	rows=.git/flywheel/datasets/$sha.jsonl
	jq -r .id "$rows" >ids
	sort -c ids
	jq -e --rawfile ids ids '[.examples[].id] == ($ids | split("\n")[:-1])' \
		.git/flywheel/datasets/"$sha".manifest.json
	[ "$(stat -c %a "$rows")" = 600 ]
}

@test "nothing after the cutoff is taught" {
	mkdir new
	printf 'int brand_new(int a)\n{\n\tif (a)\n\t\treturn handle_1(0);\n\treturn a * 2;\n}\n' >new/late.c
	git add new
	tick
	git commit -q -m "Add something that came last, because the exam needs it"
	sha=$(digest_of)
	run -1 grep -q brand_new .git/flywheel/datasets/"$sha".jsonl
	sqlite3 .git/flywheel/flywheel.db "SELECT count(*) FROM example WHERE answer LIKE '%brand_new%'" | grep -x 0
}

@test "an example is explained with provenance and verdict" {
	sha=$(digest_of)
	kept=$(head -n 1 .git/flywheel/datasets/"$sha".jsonl | jq -r .id)
	run -0 git flywheel curate --explain "$kept"
	[[ "$output" == *"verdict  kept"* ]]
	[[ "$output" == *"from     "* ]]
	out=$(sqlite3 .git/flywheel/flywheel.db "SELECT id FROM curated WHERE filter <> '' LIMIT 1")
	run -0 git flywheel curate --explain "$out"
	[[ "$output" == *"verdict  rejected by "* ]]
	run -128 git flywheel curate --explain 0000000000000000
	[[ "$output" == *"no example '0000000000000000'"* ]]
}

@test "what a person says is kept and overrides the filters" {
	sha=$(digest_of)
	kept=$(head -n 1 .git/flywheel/datasets/"$sha".jsonl | jq -r .id)
	out=$(sqlite3 .git/flywheel/flywheel.db \
		"SELECT id FROM curated WHERE filter NOT IN ('', 'secret', 'contamination') LIMIT 1")
	run -129 git flywheel curate --reject "$kept"
	git flywheel curate --reject "$kept" --reason "old style"
	git flywheel curate --accept "$out"
	sha=$(digest_of)
	run -1 grep -q "\"id\":\"$kept\"" .git/flywheel/datasets/"$sha".jsonl
	grep -q "\"id\":\"$out\"" .git/flywheel/datasets/"$sha".jsonl
	git flywheel rebuild >/dev/null 2>&1
	[ "$(digest_of)" = "$sha" ]
}

@test "hand-written examples count, and a malformed line is reported with its place" {
	cat >.flywheel/examples/seed.jsonl <<-'LINES'
		{"prompt": "How is a new part of the reader added to this project?", "answer": "Copy the shape of src/part1.c: a read_record function that releases its input on every path, and a handle function that stores or drops. Never skip a record silently."}
		{"prompt": "no answer"}
		not json
		{"prompt": "Why does fail_with take a number?", "answer": "So that the owner of a part can be told from its message alone, without a look at the source.", "kind": "house-rule"}
	LINES
	git add .flywheel
	tick
	git commit -q -m "Seed the training set by hand, because the pattern is new"
	run -0 --separate-stderr git flywheel curate --json
	jq -e '[.kinds[] | select(.kind == "handwritten" or .kind == "house-rule") | .raw] == [1, 1]' \
		<<<"$output"
	[[ "$stderr" == *".flywheel/examples/seed.jsonl:2: \"answer\" is missing"* ]]
	[[ "$stderr" == *".flywheel/examples/seed.jsonl:3: "* ]]
}

@test "vendored code and secrets never reach the dataset" {
	mkdir -p vendor
	sed 's/_1/_vendored/g' src/part1.c >vendor/part.c
	cat >src/secret.c <<-'CODE'
		int connect_owner(struct input *in, int tries)
		{
			const char *key = "AKIAY3TO5WZD7QLM2XVR";

			for (int i = 0; i < tries; i++)
				if (handle_1(in) == i)
					return handle_2(in);
			return key[0];
		}
	CODE
	git add vendor src
	tick
	git commit -q -m "Vendor a part and connect the owner, because it was asked for"
	for i in 1 2 3 4 5; do
		commit_file "notes/$i.txt" "$i" "Note number $i of what happened that day"
	done
	sha=$(digest_of)
	run -1 grep -q AKIAY3TO5WZD7QLM2XVR .git/flywheel/datasets/"$sha".jsonl
	run -1 grep -q '"path":"vendor/' .git/flywheel/datasets/"$sha".jsonl
	sqlite3 .git/flywheel/flywheel.db "SELECT count(*) FROM example
		WHERE prompt || answer || source LIKE '%AKIAY3TO5WZD7QLM2XVR%'" | grep -x 0
	run -0 git flywheel curate --json
	jq -e '.reasons[] | select(.filter == "vendored") | .rejected > 0' <<<"$output"
}

@test "a secret that lies among the stored examples is stopped by the rescan, whatever a person says" {
	sha=$(digest_of)
	kept=$(head -n 1 .git/flywheel/datasets/"$sha".jsonl | jq -r .id)
	# No example is made of such code: this one stands for what got past the generator.
	sqlite3 .git/flywheel/flywheel.db "UPDATE example
		SET answer = answer || 'const char *key = \"AKIAY3TO5WZD7QLM2XVR\";' WHERE id = '$kept'"
	git flywheel curate --accept "$kept"
	sha=$(digest_of)
	run -1 grep -q AKIAY3TO5WZD7QLM2XVR .git/flywheel/datasets/"$sha".jsonl
	run -0 git flywheel curate --json
	jq -e '.reasons[] | select(.filter == "secret") | .rejected == 1' <<<"$output"
	jq -e '.raw == .kept + ([.reasons[].rejected] | add)' <<<"$output"
	run -0 git flywheel curate --explain "$kept"
	[[ "$output" == *"verdict  rejected by secret"* ]]
}

@test "the table shows the funnel and names filters that never fired" {
	run -0 git flywheel curate -n 2
	[[ "$output" == *"raw examples"* ]]
	[[ "$output" == *"% rejected"* ]]
	[[ "$output" == *"warning: these filters rejected nothing"* ]]
	[[ "$output" == *"verdict  kept"* ]]
}

@test "a history too short to hold anything out is refused in one line" {
	setup_repo tiny
	commit_file a.c "int a;" "Only one commit"
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	run -128 git flywheel curate
	[[ "$output" == *"the history is too short: 1 commit,"* ]]
}

@test "a filter that cannot run says so, in the funnel and in the manifest" {
	export FLYWHEEL_GENERIC="$BATS_TEST_TMPDIR/none.model"
	run -0 git flywheel curate --json
	jq -e '.reasons[] | select(.filter == "novelty") | .did_not_run != null' <<<"$output"
	jq -e '.funnel.reasons[] | select(.filter == "novelty") | has("did not run")' \
		"$(jq -r .manifest <<<"$output")"
	ls src/*.c >texts
	export FLYWHEEL_GENERIC="$BATS_TEST_TMPDIR/some.model"
	git flywheel house train -f texts -o "$FLYWHEEL_GENERIC"
	run -0 git flywheel curate --json
	jq -e '.reasons[] | select(.filter == "novelty") | has("did_not_run") | not' <<<"$output"
}
