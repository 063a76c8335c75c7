package a.b;

import java.util.function.Function;

class References extends Base<Item> implements Runnable, a.c.Closer<Item> {
	private final Repo<Item> repo = new Repo<>();
	Map.Entry<String, Item>[] entries;

	References(Item first, List<? extends Shape> shapes, Item... rest) throws Oops {
		super(first);
	}

	void calls() {
		plain();
		this.own();
		super.inherited();
		repo.find(1).name().trim();
		Util.help();
		a.c.Other.make();
		Runnable.super.run();
		new Item(1).show();
		new a.c.Other();
		new Outer.Inner<String>();
		first.new Inner();
		this.<Item>typed();
		References.this.outer();
		((a.c.Other) make(1)).other();
		(plain()).paren();
		((Item) first).field.held();
		((Item) thing).cast();
	}

	void values() {
		Function<Item, String> f = Item::name;
		use(this::own, super::inherited, Item::new, repo::find, a.c.Other::make, int[]::new);
		use(x -> x.inner(), (Item y) -> { y.deep(); });
		int n = Limits.MAX + Status.OPEN.code;
		Class<?> c = Item.class;
	}

	void bindings(Object o, final Outer.Inner inner) {
		var made = new Item(2);
		var found = repo.find(inner.key(")"));
		var plain = create();
		var alias = made;
		var field = this.repo;
		var cast = (Item) o;
		var either = made == null ? alias : made;
		for (var each : repo.all()) {}
		Item one = null, two = made;
		int skipped = 0;
		for (Item each : list) {}
		for (Item i = one; i != null; i = i.next()) {}
		try (Reader reader = open(); other) {
		} catch (Oops | a.c.Failure e) {
		}
		if (o instanceof Item item && item.ok()) {}
		switch (o) {
		case Item matched -> matched.go();
		case Point(Item left, var right) when left.ok() -> left.go();
		default -> {}
		}
	}

	@Inject @Named("x")
	Service service;
}

enum Level {
	LOW(1), HIGH(2);

	Level(int n) {}
}
