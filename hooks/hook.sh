#!/bin/sh
# git-flywheel hook 1 @DIGEST@
# Starts the background pass of git flywheel and returns. `git flywheel uninstall` removes it.
[ -z "$FLYWHEEL_INTERNAL" ] || exit 0
# What stood here before comes first, with the same arguments and the same standard input.
if [ -x "$0.before-flywheel" ]; then
	"$0.before-flywheel" "$@" || exit $?
fi
[ -x @TRAMPOLINE@ ] && exec @TRAMPOLINE@ @PROGRAM@
exit 0
