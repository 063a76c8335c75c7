#!/usr/bin/env bats
# Questions to the graph that need more than one symbol: ways, importers, modules, pictures.
load helper

setup() {
	setup_repo
	mkdir -p app lib
	printf 'from lib.store import save\n\n\ndef main():\n    step(1)\n\n\ndef step(n):\n    save(n)\n' >app/run.py
	printf 'from lib.disk import write\n\n\ndef save(n):\n    if n:\n        write(n)\n\n\ndef unused_hook():\n    return 1\n' >lib/store.py
	printf 'def write(n):\n    return n\n' >lib/disk.py
	touch lib/__init__.py
	git add -A
	git commit -q -m 'Start'
	git flywheel init >/dev/null 2>&1
	git flywheel index --quiet
	export FLYWHEEL_INTERNAL=1
}

@test "a path goes by calls, and none is an answer too" {
	run git flywheel graph path main write
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "main  app/run.py:4" ]
	[ "${lines[1]}" = "    resolved  line 5: calls step  app/run.py:8" ]
	[ "${lines[2]}" = "    resolved  line 9: calls save  lib/store.py:4" ]
	[ "${lines[3]}" = "    resolved  line 6: calls write  lib/disk.py:1" ]
	run git flywheel graph path write main
	[ "$status" -eq 1 ]
	[ "$(git flywheel graph path main write --json | jq length)" -eq 3 ]
	run git flywheel graph path main
	[ "$status" -eq 129 ]
}

@test "callers and callees are transitive, and a circle ends" {
	run git flywheel graph callers write --depth 9
	[[ $output == *"    resolved  save  lib/store.py:6
        resolved  step  app/run.py:9
            resolved  main  app/run.py:5" ]]
	commit_file ring.c 'int b(int n);
int a(int n) { return b(n); }
int b(int n) { return a(n); }'
	run timeout 10 git flywheel graph callees a --depth 50
	[ "$status" -eq 0 ]
	[ "$(grep -c '  a  ' <<<"$output")" -eq 1 ]
}

@test "importers go as deep as asked" {
	run git flywheel graph importers lib/disk.py
	[ "$output" = "resolved  lib/store.py:1  imports lib/disk.py" ]
	run git flywheel graph importers lib/disk.py --depth 2
	[ "${lines[1]}" = "    resolved  app/run.py:1  imports lib/store.py" ]
	[ "${#lines[@]}" -eq 2 ]
	run git flywheel graph importers disk.py
	[ "$status" -eq 1 ]
	[[ $output == *"near: lib/disk.py"* ]]
}

@test "modules stand in layers, and what crosses is counted" {
	run git flywheel graph modules
	[ "${lines[0]}" = "layer 1" ]
	[[ ${lines[1]} == "    app"*"1 files"* ]]
	[ "${lines[2]}" = "layer 0" ]
	[[ ${lines[3]} == "    lib"*"3 files"* ]]
	git flywheel graph modules --json | jq -e '.modules[0].layer == 1 and .links[0].to == "lib"'
	run git flywheel graph cross-domain
	[[ $output == "     2  app -> lib  (1 call, 1 import), as app/run.py:"[19] ]]
	run git flywheel graph cross-domain app lib
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ $output == *"call    resolved  app/run.py:9 step -> lib/store.py:4 save"* ]]
	run git flywheel graph cross-domain lib app
	[ "$status" -eq 1 ]
}

@test "the weaker of two directions goes upward" {
	commit_file lib/back.py 'from app.run import step'
	for i in 1 2 3 4 5 6 7 8; do echo "def use$i(): save($i)"; done >>app/run.py
	touch app/__init__.py
	git add -A && git commit -q -m 'More'
	run git flywheel graph cross-domain
	[[ $output == *"1  lib -> app  upward (1 import), as lib/back.py:1"* ]]
	git flywheel graph modules --json | jq -e '[.modules[].ring] == [0, 0]'
}

@test "a symbol tells its role and its importance" {
	run git flywheel graph symbol save
	[[ $output == *"role boundary, importance "*" of 5"* ]]
	run git flywheel graph symbol main
	[[ $output == *"role entry"* ]]
	run git flywheel graph symbol write
	[[ $output == *"role leaf, importance 1 of 5"* ]]
	git flywheel graph symbol save --json | jq -e '.[0].uses[0].from.qualified == "step"'
}

@test "pictures are valid, whatever the names are" {
	command -v dot >/dev/null || skip 'needs Graphviz'
	commit_file 'odd"na<me.c' 'int odd(void) { return 1; }'
	git flywheel graph symbol odd --dot | dot -Tsvg >/dev/null
	git flywheel graph modules --dot | dot -Tsvg >/dev/null
	git flywheel graph path main write --dot | dot -Tsvg >/dev/null
}

@test "pictures hold nodes and edges" {
	run git flywheel graph symbol save --mermaid
	[ "${lines[0]}" = "flowchart LR" ]
	[ "$(grep -c -e '-->' <<<"$output")" -eq 2 ]
	[[ $output == *'["save<br/>lib/store.py"]:::strong'* ]]
	run git flywheel graph symbol save --depth 3 --dot
	[ "$(grep -c -e '->' <<<"$output")" -eq 3 ]
	run git flywheel graph callers save --dot
	[ "$status" -eq 129 ]
	run git flywheel graph path main write --dot --json
	[ "$status" -eq 129 ]
}

@test "an ambiguous call is told for each of its candidates" {
	mkdir a b c
	echo 'int pick(int n) { return n; }' >a/pick.c
	echo 'int pick(int n) { return n + 1; }' >b/pick.c
	echo 'int use(void) { return pick(1); }' >c/use.c
	git add -A && git commit -q -m 'Two of a name'
	for path in a/pick.c b/pick.c; do
		run git flywheel graph callers "$path:pick"
		[ "$(grep -c '    ambiguous use  c/use.c:1' <<<"$output")" -eq 1 ]
	done
}
