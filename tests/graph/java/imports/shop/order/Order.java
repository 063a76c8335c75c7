package shop.order;

import static shop.base.Money.parse;

import java.util.List;
import shop.base.Blank;
import shop.base.Entity;
import shop.base.Entity.Key;
import shop.base.Money;

public class Order extends Entity implements Priced {
	private final Money worth;
	private List<Item> items;

	public Order(long id) {
		super(id);
		worth = parse("0");
	}

	@Override
	public Money price() {
		return worth.add(tax());
	}

	private Money tax() {
		Priced other = new Item();
		save();
		Key.of(this);
		items.forEach(Order::check);
		List.of();
		return other.price();
	}

	private static void check(Item item) {
		item.price();
		shop.base.Money.parse("1");
	}

	static class Item implements Priced {
		public Money price() {
			Runnable task = new Runnable() {
				public void run() {
					price();
				}
			};
			return null;
		}
	}
}
