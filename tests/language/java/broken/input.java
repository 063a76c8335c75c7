package half;

class Broken {
	void before() {
		fine();
	}

	void cut( {
		lost(
	}

	void after() {
		fine();
	}
