#!/usr/bin/env bats
# A model behind an OpenAI-compatible server reads messages for decisions, and is not believed.
load helper
load wire

setup() {
	setup_repo
	wire_start "$BATS_TEST_TMPDIR/server"
	world=miner-$BATS_TEST_NUMBER
	git flywheel init --no-hooks >/dev/null
	git config flywheel.miner.url "$WIRE_URL/w/$world/v1"
	git config flywheel.miner.model miner
	quote="Entries live in a slab so that a sweep touches few pages, and a page is given back whole."
	commit_file slab.c 'int slab;' "Rework the memory of the table

$quote
The token AKIAQ3EGRIT5XW7ZN2MK was used for the run."
}

teardown() { wire_stop "$BATS_TEST_TMPDIR/server"; }

# says <evidence>: what the model answers from here on.
says() {
	wire_world "$world" "$(jq -n --arg e "$1" '{miner: ("Here you are:\n```json\n" + ([{
		statement: "keep entries in a slab", because: "a sweep touches few pages",
		instead_of: "", evidence: $e}] | tostring) + "\n```")}')" >/dev/null
}

report() { wire_report "$world" | jq -r "$1"; }
model_notes() { git flywheel decisions list --json | jq '[.[] | select(.decision == "keep entries in a slab")] | length'; }

@test "a note with its quote is written down, in the sidecar and on the commit" {
	says "$quote"
	git flywheel worker
	[ "$(report .questions)" = 1 ]
	[ "$(model_notes)" = 1 ]
	git log -1 --notes=flywheel/decisions | grep -q 'Decision: keep entries in a slab'
}

@test "a quote that is not in the text is dropped, and not asked for again" {
	says "Entries live in a slab because pages are large."
	git flywheel worker
	git flywheel worker
	[ "$(report .questions)" = 1 ]
	[ "$(model_notes)" = 0 ]
}

@test "what is sent is scrubbed" {
	says "$quote"
	git flywheel worker
	[ "$(report '.read | length')" = 1 ]
	report '.read[0]' >sent
	grep -q 'Entries live in a slab' sent
	! grep -q AKIAQ3EGRIT5XW7ZN2MK sent
}

@test "answers outlive rebuild and rewritten history: nothing is asked twice" {
	says "$quote"
	git flywheel worker
	git flywheel rebuild
	[ "$(model_notes)" = 1 ]
	commit_file other.c 'int other;' "Add other"
	git flywheel worker
	git commit -q --amend -m "Add another"
	git flywheel worker
	[ "$(model_notes)" = 1 ]
	[ "$(report .questions)" = 1 ]
}

@test "a server that fails leaves the rest of the pass alone, and is asked again" {
	says "$quote"
	wire_world "$world" '{"faults": {"serve": 1000}}' >/dev/null
	git flywheel worker || true
	git flywheel decisions list || [ $? -eq 1 ]
	wire_world "$world" '{"faults": {}}' >/dev/null
	git flywheel worker
	[ "$(model_notes)" = 1 ]
}

@test "an answer that is no JSON array gives nothing" {
	wire_world "$world" '{"miner": "I found [one] great decision!"}' >/dev/null
	git flywheel worker
	[ "$(model_notes)" = 0 ]
	[ "$(report .questions)" = 1 ]
}

@test "a tracked file cannot name a server" {
	says "$quote"
	git config --unset flywheel.miner.url
	commit_file .flywheel/curation "[flywheel \"miner\"]
	url = $WIRE_URL/w/$world/v1
	model = miner"
	git flywheel worker
	[ "$(report .requests)" = 0 ]
}

@test "commands that people wait for do not ask" {
	says "$quote"
	git flywheel decisions list || [ $? -eq 1 ]
	git flywheel why slab.c || [ $? -eq 1 ]
	[ "$(report .requests)" = 0 ]
}

@test "an address without a model is named in the log" {
	git config --unset flywheel.miner.model
	git flywheel worker
	grep -q 'flywheel.miner.model' .git/flywheel/log/*
}
