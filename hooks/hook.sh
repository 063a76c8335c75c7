#!/bin/sh
# git-flywheel hook 1: starts the background pass. `git flywheel uninstall` removes it.
[ -z "$FLYWHEEL_INTERNAL" ] || exit 0
# What stood here before us comes first, with the same arguments and standard input.
if [ -x "$0.before-flywheel" ]; then
	"$0.before-flywheel" "$@" || exit $?
fi
[ -x @TRAMPOLINE@ ] && exec @TRAMPOLINE@ @PROGRAM@
exit 0
