// cyclomatic 5: itself, loop, if, && and ||; cognitive 1 + 2 + 1 + 1.
function first(items, want) {
	for (const item of items) {
		if (item === want && item.good || item.best) return item;
	}
	return null;
}

function chain(n) {
	if (n < 0) {
		return -1;
	} else if (n > 0) {
		return 1;
	} else {
		return 0;
	}
}

const word = (n) => {
	switch (n) {
		case 1:
			return "one";
		case 2:
		case 3:
			return "some";
		default:
			return n > 9 ? "very many" : "many";
	}
};

function risky(run) {
	outer: while (true) {
		try {
			do {
				run();
				if (!run) continue outer;
			} while (run ?? false);
		} catch (error) {
			break outer;
		}
	}
	return [1].map((n) => {
		if (n) return n;
		return 0;
	});
}
