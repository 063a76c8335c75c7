# A script.
# Deploys.

readonly LIMIT=3
declare -r OTHER=4
declare -ri COUNTED=5
FOO=bar
lower=1

# Says hello.
# And more.
greet() { # not its doc
	local name=$1
	local -r INNER=2
	echo "$name"
}

# Far from it.

function old_form {
	nested() { :; }
	nested
}
function both_forms() ( cd /; )
my-func.x() { :; }
lib::log() { :; }
test_it() { greet x; }
testify() { :; }
