from shop import Order, order_total
import shop.stock as st


def test_total():
    order = Order(st.make())
    order.send()
    assert order_total(order) == 0
