# Shared by all command tests: a real repository in a temporary folder, with fixed names, dates
# and HOME, and the freshly built git-flywheel first on PATH.
#
#   load helper
#   setup() { setup_repo; }

FLYWHEEL_ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)

# setup_environment: no user or system settings reach a test, and the clock stands still.
setup_environment() {
	local name

	for name in $(git rev-parse --local-env-vars) FLYWHEEL_INTERNAL; do
		unset "$name"
	done
	export HOME="${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/home" # setup_file has no test yet
	export XDG_CONFIG_HOME="$HOME/.config"
	export PATH="${FLYWHEEL_BIN:-$FLYWHEEL_ROOT}:$PATH"
	export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
	export GIT_AUTHOR_NAME="Ann Author" GIT_AUTHOR_EMAIL="ann@example.com"
	export GIT_COMMITTER_NAME="Carl Committer" GIT_COMMITTER_EMAIL="carl@example.com"
	export LC_ALL=C TZ=UTC FLYWHEEL_NOW=1767229200 # 2026-01-01T01:00:00Z
	export FLYWHEEL_TEST_SCHEDULER="" # none: a test must not reach the user's own
	unset CLAUDE_CONFIG_DIR
	mkdir -p "$HOME"
	test_clock=1767225600 # 2026-01-01T00:00:00Z
	export GIT_AUTHOR_DATE="@$test_clock +0000" GIT_COMMITTER_DATE="@$test_clock +0000"
}

# setup_repo [folder]: an empty repository on branch main; the test stands in it.
setup_repo() {
	setup_environment
	REPO="${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/${1:-repo}"
	git init -q -b main "$REPO"
	cd "$REPO" || return 1
}

# tick: moves the commit dates on by one minute.
tick() {
	test_clock=$((test_clock + 60))
	export GIT_AUTHOR_DATE="@$test_clock +0000" GIT_COMMITTER_DATE="@$test_clock +0000"
}

# commit_file <path> <text> [<message>]: one commit that writes one file.
commit_file() {
	case $1 in
	*/*) mkdir -p "${1%/*}" ;;
	esac
	printf '%s\n' "$2" >"$1"
	git add -- "$1"
	tick
	git commit -q -m "${3:-Change $1}"
}

# wait_for_worker: returns when no detached pass is running or owed in this repository.
wait_for_worker() {
	git flywheel worker --wait
}

# make_wheel: for setup_file. A repository of 120 made-up commits in $WHEEL, set up and not yet
# turned, and a small generic base of our own sources, so that a cycle takes a second.
make_wheel() { # [<commits>]
	setup_environment
	export WHEEL="$BATS_FILE_TMPDIR/wheel" FLYWHEEL_GENERIC="$BATS_FILE_TMPDIR/generic.model"
	ls "$FLYWHEEL_ROOT"/src/util/*.c >"$BATS_FILE_TMPDIR/files"
	git flywheel house train --files "$BATS_FILE_TMPDIR/files" -o "$FLYWHEEL_GENERIC"
	git init -q -b main "$WHEEL"
	"$FLYWHEEL_ROOT/${BUILD:-build}/tests/history" "${1:-120}" 7 | git -C "$WHEEL" fast-import --quiet
	git -C "$WHEEL" reset -q --hard main
	(cd "$WHEEL" && git flywheel init >/dev/null)
}

# use_wheel: for setup. A copy of it; the test stands in it.
use_wheel() {
	setup_environment
	cp -a "$WHEEL" "$BATS_TEST_TMPDIR/repo"
	cd "$BATS_TEST_TMPDIR/repo" || return 1
}

# field <file> <key>[.<key>...]: one value of a JSON file.
field() {
	python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): value = value[key]
print(value)' "$1" "$2"
}
