main() {
	prepare "$1" || die "no $(reason 1)"
	"$cmd" x
	eval "$(computed)"
	FOO=1 run_it
	! negated
	if check; then return 1; fi
	a | b && c &
	lines=($(list_all))
	cat <<EOT | filter
hello $(in_heredoc)
EOT
	cat <<'EOT'
$(not_in_this)
EOT
	while read -r line; do each "$line"; done < <(source_of_lines)
	time timed
	lib::log x
}
cleanup() { :; }
trap cleanup EXIT
trap 'cleanup 1; rm x' INT TERM
trap - HUP
export -f main
complete -F _complete main
main "$@"
