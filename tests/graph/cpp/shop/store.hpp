#pragma once
#include <string>

namespace shop {

class Base {
public:
	virtual void open();
};

class Store : public Base {
public:
	explicit Store(int count);
	int take(int n);
	static Store *make();
	void open() override;

private:
	int clamp(int n);
	int count_;
};

}
