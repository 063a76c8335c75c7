// cyclomatic 4: itself, loop, if, &&; cognitive 1 + 2 + 1.
int first(const std::vector<int> &items, int want)
{
	for (int item : items) {
		if (item == want && item > 0)
			return item;
	}
	return -1;
}

int risky(int n)
{
	try {
		switch (n) {
		case 1:
			return 1;
		case 2:
		default:
			return n > 2 ? 3 : 4;
		}
	} catch (const std::exception &e) {
		while (n--)
			throw;
	} catch (...) {
	}
	std::for_each(a, b, [&](int x) {
		if (x || n)
			return;
	});
	return 0;
}
