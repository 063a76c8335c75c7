package shop.order;

import org.junit.jupiter.api.Test;

class OrderTest {
	@Test
	void prices() {
		Order order = new Order(1);
		order.price();
		new Order(2).price();
	}
}
