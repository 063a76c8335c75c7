#!/usr/bin/env bash
# Real code that nobody here wrote, for each language, from the package registries:
#
#   tests/accuracy/fetch.sh <folder>
#
# Fills <folder>/<language>/; what is there is not fetched again. Versions are pinned where the
# registry keeps old ones (npm and PyPI do, Debian's stable changes little). A language that cannot
# be had is named on standard error and left out.
set -u
into=$1
mkdir -p "$into"
into=$(cd "$into" && pwd)

# npm_package <package>@<version>: unpacks into the folder that one stands in.
npm_package() {
	local file

	file=$(npm pack --silent "$1" 2>/dev/null | tail -1) && tar xzf "$file" && rm -f "$file"
}

# sdist <name> <version>: a source package of PyPI, checked against the digest in its link.
sdist() {
	local link url

	link=$(curl -fsSL -m 60 "${PYPI:-https://pypi.org/simple}/$1/" |
		grep -o "href=\"[^\"]*/$1-$2\.tar\.gz#sha256=[0-9a-f]*" | head -1)
	[[ $link = *'#sha256='* ]] || return 1
	url=${link#href=\"} url=${url%%#*}
	curl -fsSL -m 300 -o sdist.tar.gz "$url" &&
		sha256sum --quiet -c <<<"${link##*sha256=}  sdist.tar.gz" &&
		tar xzf sdist.tar.gz && rm -f sdist.tar.gz
}

# debian <package>...: the files of binary packages that hold source code.
debian() {
	local package

	for package in "$@"; do
		apt-get download -qq "$package" >/dev/null 2>&1 || return 1
		dpkg-deb -x "$package"_*.deb . && rm -f "$package"_*.deb
	done
}

# get <language> <function> <arguments>...
get() {
	local language=$1

	shift
	[[ ! -d $into/$language ]] || return 0
	mkdir "$into/$language.new" && cd "$into/$language.new" || return 1
	if "$@"; then
		mv "$into/$language.new" "$into/$language"
	else
		echo "$language: '$*' could not be had" >&2
		rm -rf "$into/$language.new"
	fi
	cd "$into" || return 1
}

rm -rf "$into"/*.new
get c sdist uvloop 0.19.0 # with libuv, which is what is looked at
get cpp sdist libsass 0.22.0
get python sdist SQLAlchemy 2.0.30
get javascript npm_package eslint@8.57.0
get typescript npm_package rxjs@7.8.1
get tsx npm_package @blueprintjs/core@5.10.0
get java npm_package react-native@0.72.6
get c_sharp npm_package react-native-windows@0.72.0
get go debian golang-github-spf13-cobra-dev golang-golang-x-tools-dev
get rust debian librust-regex-dev librust-serde-json-dev
get ruby debian ruby-rack ruby-sinatra
get php debian php-symfony-http-foundation php-twig
get bash debian bash-completion
