#!/usr/bin/env bats
load test_helper

setup() {
	prepare
}

@test "does it" {
	run greet a
	[ "$status" -eq 0 ]
	if [[ $output = x ]]; then
		other
	fi
}

helper() { :; }

@test 'second one' {
	run -1 greet
	run --separate-stderr greet
	helper
}
