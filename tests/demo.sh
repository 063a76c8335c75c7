#!/usr/bin/env bash
# One revolution of the flywheel on a clone of a repository: `make demo [REPO=path]`. The
# repository itself is not touched.
set -eu
root=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
repo=$(cd "${1:-$root}" && pwd)
export PATH="$root:$PATH"
work=$(mktemp -d "${TMPDIR:-/tmp}/flywheel-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT

say() {
	printf '\n$ %s\n' "$*"
	"$@"
}

say git clone -q --no-hardlinks "$repo" "$work/repo"
cd "$work/repo"
say git flywheel init
# 1 is an honest "no" of the gate, not a failure of the demo.
say git flywheel cycle || [ $? = 1 ]
say git flywheel status
