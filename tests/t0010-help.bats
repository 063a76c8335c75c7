# The list of commands, a command's help, and words that are no command.
load helper

setup() { setup_repo; }

@test "-h lists every command that the table has, exit 0" {
	run git flywheel -h
	[ "$status" = 0 ]
	while IFS=$'\t' read -r _ name _; do
		[[ $output == *"   $name "* ]]
	done < <(git flywheel help --commands)
}

@test "every command answers -h with its usage, exit 0, outside a repository too" {
	cd /
	while IFS=$'\t' read -r _ name _; do
		run git-flywheel "$name" -h
		[ "$status" = 0 ]
		[[ ${lines[0]} == "usage: git flywheel $name"* ]]
	done < <(git-flywheel help --commands)
}

@test "no command, and an unknown one: exit 129" {
	run git flywheel
	[ "$status" = 129 ]
	run git flywheel nonsense
	[ "$status" = 129 ]
	[[ $output == *"'nonsense' is not a command"* ]]
	run git flywheel init --nonsense
	[ "$status" = 129 ]
	[[ $output == *"usage: git flywheel init"* ]]
}

@test "the table of settings names each key once" {
	git flywheel help --settings | cut -f1 >keys
	[ -s keys ]
	[ -z "$(sort keys | uniq -d)" ]
}

@test "no command loads what speaks to the network, or reads certificates for it" {
	ldd "$(command -v git-flywheel)" >libraries
	grep -q libgit2 libraries || skip 'another kind of build'
	! grep -q libcurl libraries
	grep -q libmbedx509 libraries || skip 'libgit2 without mbed TLS'
	LD_DEBUG=bindings git-flywheel init 2>bindings >/dev/null
	grep 'libgit2.*mbedtls_x509_crt_parse_file' bindings >found
	grep -q ' to [^ ]*git-flywheel ' found
}
