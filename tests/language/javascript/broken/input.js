function before() { return after(); }

function broken( {
	if (x {

class Half {
	method() { before(); }

function after() { return before(; }
