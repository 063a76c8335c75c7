#!/usr/bin/env bash
# A short session with every command that a small repository needs, under valgrind:
#
#   tests/valgrind.sh "valgrind -q --error-exitcode=99 ..."
set -eu
root=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
read -ra wrapper <<<"$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git init -q "$work/repo"
cd "$work/repo"
for i in 1 2 3; do
	printf 'int f%d(int x)\n{\n\treturn x ? f%d(x - 1) : 0;\n}\n' "$i" "$i" >"f$i.c"
	printf 'def g%d(x):\n    """Because tests need it."""\n    return g%d(x) if x else 0\n' \
		"$i" "$i" >"g$i.py"
	git add -A
	git commit -qm "Add f$i

Use recursion instead of a loop because it reads better."
done

bad=0
# check <command...>: 99 is valgrind's finding; any other code is the command's own answer.
check() {
	local code=0
	"${wrapper[@]}" "$root/git-flywheel" "$@" >out 2>err || code=$?
	if [ "$code" = 99 ] || grep -q '^==' err; then
		echo "not ok - git flywheel $*"
		cat err
		bad=1
	else
		echo "ok - git flywheel $* (exit $code)"
	fi
}

check init --no-hooks
check index --verify
check graph symbol f1
check harvest
check why f1.c
check assess
check status
check cycle
check history
check worker --wait
check uninstall
check uninstall --yes
exit $bad
