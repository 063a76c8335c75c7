# Starting and asking the server that stands in for a cluster (tests/server/): worlds with faults.
#
#   load wire                       after helper
#   wire_start <folder> [<port>]    sets WIRE_URL; the server's files lie in the folder

# wire_start <folder> [<port>]: starts a server and waits until it listens.
wire_start() {
	local program="$FLYWHEEL_ROOT/${BUILD:-build}/tests/wire-server"

	mkdir -p "$1"
	rm -f "$1/port"
	"$program" --port "${2:-0}" --port-file "$1/port" --log "$1/log" 3>&- >"$1/out" 2>&1 &
	echo $! >"$1/pid"
	for _ in $(seq 200); do
		[[ ! -s $1/port ]] || break
		sleep 0.02
	done
	[[ -s $1/port ]] || return 1
	WIRE_PORT=$(cat "$1/port")
	export WIRE_PORT WIRE_URL="http://127.0.0.1:$WIRE_PORT"
}

# wire_stop <folder>: ends it; its worlds are gone.
wire_stop() {
	[[ -e $1/pid ]] || return 0
	kill "$(cat "$1/pid")" 2>/dev/null || :
	rm -f "$1/pid"
}

# wire_world <name> <json>: makes or changes a world; prints what happened in it so far.
wire_world() {
	curl -sS -m 10 --fail-with-body --data-binary "$2" "$WIRE_URL/w/$1/control"
}

# wire_report <name>
wire_report() {
	curl -sS -m 10 --fail "$WIRE_URL/w/$1/control"
}

# wire_wheel: the repository that one stands in trains on the cluster at $WIRE_URL/w/$1 from here
# on. Its hooks note a push as ever and start nobody, so that the test is who works, and when.
wire_wheel() {
	git config flywheel.trainer ray
	git config flywheel.base base
	git config flywheel.ray.url "$WIRE_URL/w/$1"
	git config flywheel.artifacts "$PWD/.git/artifacts"
	git config flywheel.server.url "$WIRE_URL/w/$1/v1"
	git config flywheel.server.base base
	sed -i 's/^program=.*/program=true/' .git/hooks/post-commit .git/hooks/pre-push
	mkdir .git/artifacts
}
