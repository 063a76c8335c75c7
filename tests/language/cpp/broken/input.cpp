int before() { return after(); }

class Half {
	void run( {

namespace x {
int after() { return before(; }
