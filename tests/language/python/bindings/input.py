import functools

double = lambda x, y=2: use(x)


@functools.cache
def cached(a, /, b: "Foo", *, c=double) -> "Foo":
    a, (b.c, d["k"]) = b, (double, c)
    with Foo(a) as foo, open(b):
        foo.run(cached, key=double, n=1)
    for one, two in pairs(a):
        total: int = one
    try:
        yield double
    except (KeyError, Foo) as error:
        raise error
    except Foo as error:
        raise Foo
    return cached()(a)
