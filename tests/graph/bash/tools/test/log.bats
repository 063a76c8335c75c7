load ../lib/log

@test "logs" {
	run log x
	[ "$status" -eq 0 ]
}

@test "dies" {
	run die x
}
