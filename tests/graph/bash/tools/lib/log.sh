log() { printf '%s\n' "$*"; }
die() { log "$@"; exit 1; }
