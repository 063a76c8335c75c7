#!/bin/sh
# git-flywheel hook 3 @DIGEST@
# Starts the background pass of git flywheel and returns; before a push it also notes what is being
# pushed, after a rewrite which commit became which. `git flywheel uninstall` removes it.
[ -z "$FLYWHEEL_INTERNAL" ] || exit 0
own=$0.before-flywheel
trampoline=@TRAMPOLINE@
program=@PROGRAM@
sidecar=${0%/*}/@SIDECAR@
[ -x "$trampoline" ] || trampoline=

# What stood here before comes first, with the same arguments and the same standard input.
case $0 in
*/pre-push | */post-rewrite)
	# Both of us read the input: the trampoline passes it on, without a process to copy it.
	[ -z "$trampoline" ] || exec "$trampoline" "$program" "$sidecar" "$PPID" "$own" "$@"
	[ ! -x "$own" ] || exec "$own" "$@"
	;;
*)
	if [ -x "$own" ]; then
		"$own" "$@" || exit $?
	fi
	[ -z "$trampoline" ] || exec "$trampoline" "$program"
	;;
esac
exit 0
