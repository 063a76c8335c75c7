#!/bin/sh
# git-flywheel hook 2 @DIGEST@
# Starts the background pass of git flywheel and returns; before a push it also notes what is being
# pushed. `git flywheel uninstall` removes it.
[ -z "$FLYWHEEL_INTERNAL" ] || exit 0
own=$0.before-flywheel
trampoline=@TRAMPOLINE@
program=@PROGRAM@
sidecar=${0%/*}/@SIDECAR@
[ -x "$trampoline" ] || trampoline=

# What stood here before comes first, with the same arguments and the same standard input.
case $0 in
*/pre-push)
	if [ -x "$own" ]; then
		refs=$(cat)
		refs() {
			[ -z "$refs" ] || printf '%s\n' "$refs" 2>/dev/null
		}
		refs | "$own" "$@" || exit $?
		[ -z "$trampoline" ] || refs | "$trampoline" "$program" "$sidecar" "$PPID" "$@"
	elif [ -n "$trampoline" ]; then
		exec "$trampoline" "$program" "$sidecar" "$PPID" "$@"
	fi
	;;
*)
	if [ -x "$own" ]; then
		"$own" "$@" || exit $?
	fi
	[ -z "$trampoline" ] || exec "$trampoline" "$program"
	;;
esac
exit 0
