import json
from . import stock


class Base:
    def save(self):
        return json.dumps(self.lines())

    def lines(self):
        return []


class Order(Base):
    def __init__(self, store):
        self.store = stock.Stock()

    def lines(self):
        return self.store.lines()

    def send(self):
        self.save()


def total(order):
    return sum(map(price, order.lines()))


def price(line):
    return line.price
