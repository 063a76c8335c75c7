# What the benchmarks measure with; sourced by them. $work is the caller's scratch folder.

# cpu <command...>: sets `seconds` (user and system), `wall` and `memory` (peak, KB). What the command
# says of errors is shown when it fails.
cpu() {
	local user system

	# shellcheck disable=SC2154 # the caller's
	command time -f '%U %S %M %e' -o "$work/time" "$@" >/dev/null 2>"$work/errors" || {
		cat "$work/errors" >&2
		return 1
	}
	# shellcheck disable=SC2034 # for the caller
	read -r user system memory wall <"$work/time"
	seconds=$(awk "BEGIN { print $user + $system }")
}

# least <command...>: the least `seconds` of three.
least() {
	local best=

	for _ in 1 2 3; do
		"$@"
		best=$(awk "BEGIN { b = \"$best\"; print b == \"\" || $seconds < b ? $seconds : b }")
	done
	seconds=$best
}
