def branches(a, b):
    if a and b:
        return 1
    elif a or b:
        return 2
    else:
        return 3


def loops(items):
    for item in items:
        while item:
            try:
                item.go()
            except ValueError:
                if item:
                    raise
            finally:
                item.close()
    else:
        return [x for x in items if x]


def choice(n):
    match n:
        case 1:
            return 1
        case _:
            return 2


def lambdas(a):
    return map(lambda x: 1 if x else 2, a)
