namespace Shapes;

partial class Shape
{
	public Shape() : this(0) { }

	public Shape(int size) { }

	public void Draw() => Draw(1);

	public void Draw(int times, string color) { }
}

partial class Shape
{
	public void Draw(int times) => Draw(times, "red");

	~Shape() { }
}

class Square : Shape
{
	public Square(int size) : base(size) { }

	public void Draw(int times, string color, bool again)
	{
		Draw();
		Draw(2);
		Draw(3, "blue");
		this.Draw(4, "blue", true);
		Shape made = new(5);
		var other = new Shape { };
	}
}

class Gallery
{
	Square? best;

	async Task<Square> Load() => best;

	async Task Show()
	{
		var first = await Load();
		first.Draw(1);
		(await Load()).Draw(2);
		best?.Draw(3);
		foreach (var each in new List<Square>())
			each.Draw(4, "red", false);
		if (best is Shape shape)
			shape.Draw();
	}
}
