#!/usr/bin/env bash
# Definitions held against universal-ctags, language by language:
#
#   tests/accuracy/definitions.sh <folder of tests/accuracy/fetch.sh> [<language>...]
#
# A definition is the same when path, name and group (function or type) are, and ctags' line lies in
# ours. Both tools see the same files; what ctags does not define
# (closures, prototypes, accessors by attr_*, aliases, tests named by a string) is left out on both sides. Prints a table, and with SHOW=n the first n differences of each side.
set -u
cd "${BASH_SOURCE[0]%/*}/../.." || exit 1
root=$PWD folder=$(cd "$1" && pwd) show=${SHOW:-0}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# kinds <language>: ctags' name of the language, its kinds of functions, its kinds of types.
kinds() {
	case $1 in
	bash) echo Sh f - ;;
	c) echo C fd sugt ;;
	cpp) echo C++ fd csugt ;;
	c_sharp) echo C\# mpE cisg ;;
	go) echo Go fn sita ;;
	java) echo Java m ciga ;;
	javascript) echo JavaScript fmgGS - ;; # its classes are also objects with properties
	php) echo PHP f cit ;;
	python) echo Python fm c ;;
	ruby) echo Ruby fS cm ;;
	rust) echo Rust fPM sgit ;;
	tsx | typescript) echo TypeScript fmG cig ;; # an alias may be an import
	esac
}

# theirs <language>: path, line, group, name; a macro without parameters is no function.
theirs() {
	local name functions types map=()

	read -r name functions types < <(kinds "$1")
	[[ $1 != bash ]] || map=('--map-Sh=+.bats')
	[[ $1 != tsx ]] || map=('--map-TypeScript=+.tsx')
	[[ $1 != c ]] || map=('--map-C++=-.h' '--map-C=+.h')
	cut -f1 "$work/files" | (cd "$folder/$1" && ctags "${map[@]}" --languages="$name" -L - -f - \
		--output-format=json --fields=+nKSl 2>/dev/null) |
		jq -r --arg f "$functions" --arg t "$types" '
			select(._type == "tag") | select(.name | test("^__anon|^anonymous|^Anonymous") | not) |
			select(.language != "Sh" or (.name | test("[]=]") | not)) |
			(.kind) as $kind | [.path, .line, .kind, .name, (.signature // "")] | @tsv' |
		awk -F'\t' -v OFS='\t' -v f="$functions" -v t="$types" -v letters="$work/letters" \
			-v cpp="$([[ $1 != cpp ]] || echo 1)" '
			BEGIN { while ((getline line < letters) > 0) { split(line, at, " "); letter[at[2]] = at[1] } }
			{ l = letter[$3]
			  if (l == "d" && $5 == "") next
			  group = index(f, l) ? "function" : index(t, l) ? "type" : ""
			  if (cpp && $4 ~ /operator/) gsub(/ /, "", $4)
			  if (l != "" && group != "") print $1, $2, group, $4 }'
}

# Java's anonymous classes (named "new"), C#'s functions in methods and what Go defines in functions
# are unknown to ctags; a
# delegate is a function to it. A function whose head is a macro's call has the macro's name there.
ours() {
	jq -r --arg language "$1" '.definitions[] | select(.kind != "constant") |
		select(.qualified | test("(^|\\.)new(\\.|$)") and $language == "java" | not) |
		select($language != "c_sharp" or .kind != "function") |
		select($language != "go" or .kind == "method" or (.qualified | contains(".") | not)) |
		select($language != "go" or .kind != "function" or (.signature | startswith("func"))) |
		select($language != "php" or (.name | startswith("$") | not)) |
		select($language != "bash" or (.signature | startswith("@test") | not)) |
		select($language != "ruby" or (.signature |
			test("^(:|alias|define_|(it|test|should|specify|scenario|let!?|subject!?)\\b|\\w+ = )") | not)) |
		(.kind == "type" and (.signature | test("\\bdelegate\\b") | not)) as $type |
		(if $language != "c" and $language != "cpp" then .name
		 elif (.signature | test("^[A-Za-z_]\\w*\\s*\\(")) and (.name | test("operator") | not)
		 then (.signature | capture("^(?<macro>\\w+)").macro) as $macro |
			if .name == $macro then .name else $macro end
		 else .name | gsub(" "; "") end) as $name |
		[.path, .line, (if $type then "type" else "function" end), $name, .endLine] | @tsv' \
		"$work/dump"
}

# One-to-one: for each of theirs an unused one of ours around its line.
compare() {
	awk -F'\t' -v language="$1" -v show="$show" '
	FNR == NR { key = $1 SUBSEP $3 SUBSEP $4; n = ++have[key]; from[key, n] = $2; to[key, n] = $5
		count[$3]++; next }
	{ key = $1 SUBSEP $3 SUBSEP $4; wanted[$3]++; hit = 0
	  for (i = 1; i <= have[key] && !hit; i++)
		if (!used[key, i] && $2 >= from[key, i] && $2 <= to[key, i]) { used[key, i] = 1; hit = 1 }
	  if (hit) both[$3]++; else if (missed[$3]++ < show) print "  only ctags: " $3 " " $1 ":" $2 " " $4 }
	END {
	  for (key in have) { split(key, at, SUBSEP)
		for (i = 1; i <= have[key]; i++) if (!used[key, i] && extra[at[2]]++ < show)
			print "  only here:  " at[2] " " at[1] ":" from[key, i] " " at[3] }
	  split("function type", groups, " ")
	  for (g = 1; g <= 2; g++) { name = groups[g]
		if (!wanted[name]) continue
		p = count[name] ? both[name] / count[name] : 0; r = both[name] / wanted[name]
		printf "%-11s %-9s %8d %8d %8d   %.4f   %.4f   %.4f\n", language, name, wanted[name],
			count[name], both[name], p, r, p + r ? 2 * p * r / (p + r) : 0 } }' \
		"$work/ours" "$work/theirs"
}

printf '%-11s %-9s %8s %8s %8s   %-6s   %-6s   %-6s\n' language group ctags ours both precis. recall F1
languages=("$@")
[[ $# -gt 0 ]] || mapfile -t languages < <(ls "$folder")
for language in "${languages[@]}"; do
	[[ -e $root/src/language/$language ]] || continue
	read -r name _ < <(kinds "$language")
	ctags --list-kinds-full="$name" | awk 'NR > 1 { print $1, $2 }' >"$work/letters"
	"$root/git-flywheel" graph dump --json --dir "$folder/$language" >"$work/dump" || continue
	# Only what we parsed in this language: vendored and generated files are skipped here, not there.
	jq -r --arg l "$language" '.files[] | select(.skipped == null and .language == $l) | .path' \
		"$work/dump" >"$work/files"
	jq --rawfile files "$work/files" '($files | split("\n") | map({(.): true}) | add) as $known |
		.definitions |= map(select($known[.path]))' "$work/dump" >"$work/some" && mv "$work/some" "$work/dump"
	ours "$language" >"$work/ours"
	theirs "$language" >"$work/theirs"
	compare "$language"
done
