#!/usr/bin/env bash
# The scrubber's speed: made-up talk, and the commit messages of a repository (REPO, or this one).
set -eu
file=$(mktemp)
trap 'rm -f "$file"' EXIT
git -C "${1:-.}" log --format=%B | head -c 30000000 >"$file" || :
"${BUILD:-build}/tests/bench-scrub" "$file"
