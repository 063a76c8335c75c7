from typing import Optional

import yaml


class Item:
    def price(self):
        return 1

    def sold(self) -> "Order":
        pass


class Order:
    owner: Item

    def __init__(self, item):
        self.item = item
        self.made = Item()
        self.rows = []

    @property
    def first(self):
        return self.made

    def total(self):
        self.item.price()
        self.made.price()
        self.first.price()
        self.owner.price()
        self.rows.append(1)
        return self.made.sold().total()


def load(path: str, item: Optional[Item]):
    item.price()
    with Order(item) as order:
        order.total()
    yaml.safe_load(path).price()
    path.price()


def best():
    return Order(Item())


best().total()
Order(Item()).item.price()
order = best()
order.made.price()
