source "${BASH_SOURCE%/*}/log.sh"
fetch() { curl "$1" || die "no $1"; }
