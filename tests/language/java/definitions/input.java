package com.example.shop;

import com.example.base.*;
import com.example.base.Entity;
import static com.example.base.Money.parse;
import static com.example.base.Money.*;
import java.util.List;

/**
 * An order of a customer.
 */
@Deprecated
public sealed class Order<T extends Entity> extends Entity implements Priced, java.io.Closeable
	permits BigOrder {
	public static final int MAX = 10, MIN = 1;
	final static String NAME = "order";
	private static final Logger LOG = Logger.of(Order.class);
	private List<Item> items;
	protected Customer customer;

	static {
		LOG.start();
	}

	{
		items = create();
	}

	/** Makes one. */
	public Order(Customer customer, Item... items) {
		super(customer);
		this.customer = customer;
	}

	protected Order() {
		this(null);
	}

	// Sums it up.
	@Override
	public Money total() throws PriceException {
		return items.stream().map(Item::price).reduce(Money::add).get();
	}

	Money total(Currency currency) {
		return convert(total(), currency);
	}

	private <R> R convert(Money money, R target) {
		return null;
	}

	abstract static class Line {
		abstract int count();

		class Deep {
			void dive() {}
		}
	}

	public interface Visitor<V> extends Comparable<V>, com.example.base.Walker {
		int DEPTH = 3;

		void visit(V value);

		default void leave() {}

		private static void hide() {}
	}

	/** How it stands. */
	enum Status implements Labelled {
		/** Just made. */
		OPEN("open") {
			@Override
			String label() {
				return "o";
			}
		},
		CLOSED("closed"), LOST;

		private final String text;

		Status(String text) {
			this.text = text;
		}

		String label() {
			return text;
		}
	}

	record Point(int x, Money worth) implements Priced {
		Point {
			check(x);
		}

		static Point origin() {
			return new Point(0, null);
		}
	}

	@interface Marker {
		String value() default "";

		int level() default 1;
	}

	void anonymous() {
		Runnable task = new Runnable() {
			private int runs;

			@Override
			public void run() {
				runs++;
				total();
			}
		};
		class Local {
			void inside() {}
		}
		submit(task);
	}
}

class OrderTest {
	@Test
	public void totals() {
		new Order(null).total();
	}

	@ParameterizedTest(name = "x")
	@ValueSource(ints = {1})
	void many(int n) {}

	@BeforeEach
	void setUp() {}
}

class OldTest extends TestCase {
	public void testOld() {}

	void helper() {}
}
