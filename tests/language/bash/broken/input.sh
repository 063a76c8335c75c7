good() { :; }
bad() {
	if x; then
	y
}
after() { good; }
