class Complexity {
	int straight() {
		return 1;
	}

	int chain(int a) {
		if (a > 1) {
			return 1;
		} else if (a > 2) {
			return 2;
		} else if (a > 3 && a < 9 && a != 5 || a == 20) {
			return 3;
		} else {
			return 4;
		}
	}

	int nested(int[] all) {
		int sum = 0;
		for (int a : all) {
			for (int i = 0; i < a; i++) {
				if (i == 3)
					sum++;
				else
					sum--;
			}
		}
		while (sum > 100)
			sum /= 2;
		do {
			sum++;
		} while (sum < 10);
		return sum;
	}

	String old(int a) {
		switch (a) {
		case 1:
		case 2:
			return "few";
		case 3:
			return "three";
		default:
			return a > 9 ? "many" : "some";
		}
	}

	int modern(Object o) {
		return switch (o) {
		case String s when s.isEmpty() -> 0;
		case String s, Integer i -> 1;
		default -> 2;
		};
	}

	void jumps(int[][] rows) {
		outer:
		for (int[] row : rows) {
			for (int cell : row) {
				if (cell == 0)
					continue outer;
				if (cell == 1)
					break outer;
				if (cell == 2)
					break;
			}
		}
	}

	void guarded() {
		try {
			run();
		} catch (First e) {
			if (bad)
				stop();
		} catch (Second | Third e) {
		} finally {
			end();
		}
	}

	Runnable lambdas() {
		return () -> {
			if (on)
				run();
		};
	}

	Runnable anonymous() {
		if (off)
			return null;
		return new Runnable() {
			public void run() {
				if (on)
					go();
			}
		};
	}
}
