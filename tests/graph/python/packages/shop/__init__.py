from .order import Order, total as order_total
