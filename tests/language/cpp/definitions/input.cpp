#include "shop.hpp"
#include <vector>

namespace shop::inner {

/// What sells.
template <typename T>
class Seller : public Base, private ui::View<T> {
public:
	explicit Seller(Store *store) : store_(store) {}
	virtual ~Seller() = default;
	/** Sells. */
	int sell(const Item &item, int count = 1) const;
	T &first() { return items_[0]; }
	Seller &operator=(const Seller &other) { return *this; }
	static Seller *make() { return new Seller(nullptr); }
protected:
	void open() { store_->load(); this->close(); }
private:
	void close() {}
	Store *store_;
	std::vector<T> items_;
};

struct Item {
	int price;
	struct Part { int size; };
};

enum class Size { Small, Large };
union Either { int a; float b; };
using Names = std::vector<std::string>;
typedef Item Thing;

template <typename T>
int Seller<T>::sell(const Item &item, int count) const
{
	return helper(item) + ns::deep::far(count) + max<int>(1, 2);
}

Item *Store::find(int id) { return &items[id]; }
Store::~Store() {}
Item Outer::Inner::get() { return Item{1}; }
Item &operator+(Item &a, const Item &b) { return a; }

namespace {
int hidden() { return 1; }
}

static int helper(const Item &item)
{
	auto twice = [](int n) { return n * 2; };
	auto shop = new Store(3);
	auto found = lookup(item);
	shop->each(twice, &hidden);
	found.template get<int>();
	std::sort(a.begin(), a.end(), [](int x, int y) { return x < y; });
	return twice(item.price);
}

template <typename T> concept Sized = requires(T t) { t.size(); };

}

TEST(SellerTest, Sells) {
	Seller<Item> seller(nullptr);
	EXPECT_EQ(seller.sell({}), 1);
}

#define CHECK(x) check_impl(x)
