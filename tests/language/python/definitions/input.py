"""The module's own words."""
LIMIT = 3
_HIDDEN_LIMIT = 4
ordinary = 5


def plain(a, b=2, *rest, key, **more):
    r'''Says what it does.

    And more of it.
    '''
    return helper(a)


class Base(Parent, package.Other, metaclass=Meta):
    "One line."

    attribute = plain(1)

    @property
    def value(self):
        return self._value

    @classmethod
    async def make(cls, a: int, /, b: str = "", *, c=None) -> "Base":
        # a comment before the body
        return cls(a).start().wait()

    class Inner:
        def deep(self):
            def closure(x):
                return x

            return closure(self)


def test_it():
    assert plain(1)


class TestBase:
    def test_value(self):
        Base().value()

    def testCamel(self):
        pass


def testimony():
    pass
