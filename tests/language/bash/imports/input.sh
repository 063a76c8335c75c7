source lib/util.sh
. ./beside.sh
source "$(dirname "$0")/lib/a.sh"
source "${BASH_SOURCE%/*}/b.sh"
. "$DIR"/c.sh
. $HOME/.profile
source '../up.sh' with arguments
[ -f d.sh ] && . d.sh
# Nothing can be said of these.
source "$file"
source "$dir/$name.sh"
source <(generate)
load helper
load '../test_helper/common'
