from tools import twice, table, later


def done():
    pass


def failed():
    pass


def run(first, then=None):
    first()
    then()


def make():
    def inner():
        done()

    return inner


@twice
def shown():
    pass


a, (b, c) = done, (failed, make)
run(a, then=b)
c()()
shown()
table["ok"]()
table["bad"]()
for one in [done, failed]:
    one()
chosen = done if table else failed
chosen()
later(done)
len(chosen)
