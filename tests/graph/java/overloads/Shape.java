class Shape {
	Shape() {
		this(0);
	}

	Shape(int size) {}

	void draw() {
		draw(1);
	}

	void draw(int times) {
		draw(times, "red");
	}

	void draw(int times, String color) {}

	void fill(String color) {}

	void fill(int color) {}

	static void all(Shape... shapes) {}
}

class Square extends Shape {
	Square(int size) {
		super(size);
	}

	void draw(int times, String color, boolean again) {
		draw();
		draw(2);
		draw(3, "blue");
		draw(4, "blue", true);
		this.fill("green");
		new Shape(5);
		new Shape();
		all(this, this, this);
	}
}

enum Level {
	LOW, HIGH(2), TOP("x", 3);

	Level() {}

	Level(int n) {}

	Level(String name, int n) {}
}

class Check {
	static void that(boolean right, Object value) {}

	static void that(boolean right, String text, long number) {}

	static void that(boolean right, String text, Object... more) {}

	void use() {
		that(true, "x");
		that(true);
		that(true, "x", 1);
		that(true, "x", 1, 2);
	}
}
