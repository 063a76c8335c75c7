class Stock:
    def lines(self):
        return [make()]


def make():
    return Stock()
