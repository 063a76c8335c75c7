def before():
    return 1


def broken(a):
    if a ==:
        return before()


class Half:
    def method(self)
        return before()


def after():
    return before()
