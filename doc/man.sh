#!/bin/sh
# Makes the manual: doc/man.sh <program> <output folder>
#
# git-flywheel.1 from doc/git-flywheel.man, the list of commands and the table of settings;
# git-flywheel-<command>.1 from the command's own help and doc/command/<command>.man. Names,
# synopses, options and settings come from the program, so that the manual cannot disagree with it.
set -eu

program=$1 out=$2
here=$(dirname "$0")
version=$("$program" --version | cut -d' ' -f2)
tab=$(printf '\t')

# Plain text to roff: nothing in it may be taken for a request.
roff()
{
	sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"
}

header()
{
	printf '.TH %s 1 "" "git flywheel %s" "git flywheel"\n.nh\n.ad l\n' \
		"$(echo "$1" | roff)" "$version"
}

# One line for each form; the program prints a line break within a usage as "\n".
synopsis()
{
	printf 'git flywheel %s\n' "$1" |
		awk '{ gsub(/\\n *or: /, "\n"); print }' | roff | sed -e '2,$i .br' -e 's/^/.B /' |
		sed 's/^\.B \.br/.br/'
}

# The options of a command, from its help: "  -y, --yes  what it does".
options()
{
	"$program" "$1" -h | awk '
	NR > 3 && /^  .*--/ {
		line = substr($0, 3)
		sub(/^ +/, "", line)
		at = match(line, /  +/)
		if (!at) { at = match(line, / [^<-]/); if (!at) at = length(line) + 1 }
		option = substr(line, 1, at - 1)
		help = substr(line, at)
		sub(/^ +/, "", help)
		printf ".TP\n.B %s\n%s\n", option, help
	}' | sed -e '/^\.TP$/!{' -e 's/\\/\\e/g' -e 's/-/\\-/g' -e '}'
}

command_page()
{
	{
		header "git-flywheel-$1"
		printf '.SH NAME\ngit\\-flywheel\\-%s \\- %s\n' "$(echo "$1" | roff)" \
			"$(echo "$2" | roff)"
		printf '.SH SYNOPSIS\n'
		synopsis "$3"
		[ ! -e "$here/command/$1.man" ] || sed '/^\.SH "\{0,1\}\(FILES\|EXAMPLES\|SEE ALSO\)/,$d' \
			"$here/command/$1.man"
		found=$(options "$1")
		[ -z "$found" ] || printf '.SH OPTIONS\n%s\n' "$found"
		cat <<-END
			.SH "EXIT STATUS"
			0: done; 1: the answer is no; 128: failed, with one line that says why; 129: bad usage.
		END
		[ ! -e "$here/command/$1.man" ] || sed -n '/^\.SH "\{0,1\}\(FILES\|EXAMPLES\|SEE ALSO\)/,$p' \
			"$here/command/$1.man"
	} >"$out/git-flywheel-$1.1"
}

command_table()
{
	last=
	"$program" help --commands | while IFS=$tab read -r group name summary usage; do
		[ "$group" = "$last" ] || printf '.SS %s\n' "$(echo "$group" | roff)"
		last=$group
		printf '.TP\n'
		synopsis "${usage%%\\n*}"
		printf '%s.\nSee\n.BR git\\-flywheel\\-%s (1).\n' "$(echo "$summary" | roff)" \
			"$(echo "$name" | roff)"
	done
}

settings_table()
{
	"$program" help --settings | tr '\t' '|' |
		while IFS='|' read -r key type value bounds tracked help; do
			printf '.TP\n.B %s\n%s.\n' "$(echo "$key" | roff)" "$(echo "$help" | roff)"
			printf '%s%s; default\n.BR %s .\n' "$type" "${bounds:+ from $bounds}" \
				"$(echo "${value:-unset}" | roff)"
			[ -z "$tracked" ] || printf 'May stand in\n.IR .flywheel/curation .\n'
		done
}

main_page()
{
	{
		header git-flywheel
		sed -e '/^@COMMANDS@$/,$d' "$here/git-flywheel.man"
		command_table
		sed -e '1,/^@COMMANDS@$/d' -e '/^@SETTINGS@$/,$d' "$here/git-flywheel.man"
		settings_table
		sed -e '1,/^@SETTINGS@$/d' "$here/git-flywheel.man"
	} >"$out/git-flywheel.1"
}

mkdir -p "$out"
rm -f "$out"/git-flywheel*.1
main_page
"$program" help --commands | while IFS=$tab read -r _ name summary usage; do
	command_page "$name" "$summary" "$usage"
done
