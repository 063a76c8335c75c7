#include "store.hpp"

#include <cstdio>

static void each(int n, void (*fn)(int)) { fn(n); }
static void print(int n) { std::printf("%d\n", n); }

int main()
{
	auto store = shop::Store::make();
	shop::Store other(1);

	store->take(1);
	other.open();
	each(2, print);
	return 0;
}
