#include "store.hpp"

namespace shop {

Store::Store(int count) : count_(count) {}

int Store::take(int n)
{
	count_ -= clamp(n);
	return count_;
}

int Store::clamp(int n) { return n < 0 ? 0 : n; }

Store *Store::make() { return new Store(3); }

void Base::open() {}

void Store::open() { Base::open(); }

}
