namespace geometry {

class EXPORT Shape final : public Base {
	Q_OBJECT
	PROPERTY(int, sides)
	PROPERTY(bool, closed)

public:
	Shape(int sides) NOEXCEPT { sides_ = sides; }
	virtual ~Shape() = 0;
	virtual void touch() {};
	operator bool() const { return sides_ > 0; }
	operator std::vector<int> &() { return all_; }
	API virtual int area() const { return compute(sides_); }
	ATTACH(Shape)
	ATTACH_MORE()
};

Shape::~Shape() { }

EXTERN_C int CALL count(Shape *shape) { return shape->area(); }

static const char *quoted = R"(
class Fake { NOT_A_MACRO
)";

template <class T> class API Box {
public:
	T value;
	MACRO_AT_END
};

}
