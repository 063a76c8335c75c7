using A.B;
using Alias = A.C.Other;
using Generic = System.Collections.Generic.List<int>;
extern alias Legacy;

namespace N;

class References : Base<Item>, IThing, A.C.Closer
{
	private readonly Repo<Item> repo = new();
	private A.C.Other other = new A.C.Other();
	public Repo<Item> Auto { get; } = new();

	References(Item first, A.C.Other second, Item? maybe, params Shape[] rest) : base(first) { }

	void Calls()
	{
		Plain();
		this.Own();
		base.Inherited();
		repo.Find(1).Name().Trim();
		Util.Help<Item>();
		A.C.Other.Make();
		maybe?.Show();
		maybe?.Inner?.Deep();
		maybe!.Sure();
		list[0].Each();
		new Item(1).Show();
		new Outer.Inner<string>();
		Typed<Item>();
		((Item)thing).Cast();
		(thing as Item).Soft();
		(Plain()).Paren();
		Use(nameof(Plain), typeof(Item), default(Shape));
		await Later();
		var text = $"{Format(1)} and {repo.Label}";
	}

	void Values()
	{
		Use(Handle, this.Own, Util.Help, local);
		repo.Changed += OnChanged;
		handler = Handle;
		int n = repo.Count + Limits.Max;
		Use(x => x.Inner(), (Item y) => { y.Deep(); });
	}

	[Obsolete, My.Custom("x")]
	void Bindings(object o, out Item given)
	{
		var made = new Item(2);
		var found = repo.Find(made);
		var later = await repo.FindLater(made);
		var alias = made;
		var field = this.repo;
		var cast = (Item)o;
		var soft = o as Item;
		Item one = null, two = made;
		Item fresh = new(1);
		int skipped = 0;
		foreach (Item each in list) { }
		foreach (var any in list) { }
		using (Reader reader = Open()) { }
		using var writer = new Writer();
		try { } catch (Oops e) when (e.Bad()) { }
		if (o is Item item && item.Ok()) { }
		if (Try(out Item got)) { }
		switch (o)
		{
			case Item matched when matched.Ok(): break;
			case Point { X: 0 } p: break;
		}
		var q = from i in list where i.Good() select i.Name();
	}

	Item Swap(object o) => o switch
	{
		Item i => i,
		Point(var x, _) => Make(x),
		not null => throw new Oops(),
		_ => null,
	};

	void IThing.Explicit() { }
}
