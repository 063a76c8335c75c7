#!/usr/bin/env bats
# The diff of two commits in definitions: added, removed, changed, moved, renamed.
load helper

setup() {
	setup_repo
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1
	cat >shop.py <<'END'
def price(item, count):
    total = 0
    for part in item.parts:
        total += part.price * count
    if total > 100:
        total -= 5
    return total


def stay(n):
    return n


def leave(n):
    return n * 3


class Cart:
    def add(self, item):
        self.items.append(item)
        return len(self.items)
END
	git add -A && git commit -q -m 'Start'
}

@test "added, removed and changed" {
	sed -i 's/return n$/return n if n else 1/; /^def leave/,/^$/d' shop.py
	printf '\n\ndef fresh():\n    return 1\n' >>shop.py
	git commit -q -am 'Change'
	run git flywheel graph diff HEAD
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "changed function shop.py:10 stay, cyclomatic 1 -> 2" ]
	[ "${lines[1]}" = "removed function shop.py:14 leave" ]
	[[ ${lines[2]} == "added   function shop.py:"*" fresh" ]]
	[ "${lines[3]}" = "1 added, 1 removed, 1 changed, 0 moved, 0 renamed" ]
	run git flywheel graph diff HEAD HEAD^
	[[ ${lines[3]} == "1 added, 1 removed, 1 changed"* ]]
}

@test "moved and renamed, edited or not, and what goes along is not told" {
	python3 - <<'END'
text = open("shop.py").read()
price, rest = text.split("def stay", 1)
open("prices.py", "w").write(price.replace("def price", "def cost"))
rest = "def stay" + rest
cart = rest[rest.index("class Cart"):]
open("cart.py", "w").write(cart)
open("shop.py", "w").write(rest[: rest.index("class Cart")])
END
	git add -A && git commit -q -m 'Split'
	run git flywheel graph diff HEAD~1..HEAD
	[ "${lines[0]}" = "moved   type shop.py:18 Cart -> cart.py:1 Cart" ]
	[ "${lines[1]}" = "renamed function shop.py:1 price -> prices.py:1 cost" ]
	[ "${lines[2]}" = "0 added, 0 removed, 0 changed, 1 moved, 1 renamed" ]
	sed -i 's/def cost/def worth/; s/total -= 5/total -= 6/' prices.py
	git commit -q -am 'Rename and edit'
	run git flywheel graph diff HEAD
	[[ ${lines[0]} == "renamed function prices.py:1 cost -> prices.py:1 worth, edited: "*" % alike" ]]
	git flywheel graph diff HEAD --json | jq -e '.[0].edited and .[0].old.qualified == "cost"'
}

@test "a file that only moved is one move; a root commit adds" {
	mkdir lib
	git mv shop.py lib/shop.py
	git commit -q -m 'Move'
	run git flywheel graph diff HEAD
	[ "${lines[0]}" = "moved   file shop.py -> lib/shop.py" ]
	[ "${lines[1]}" = "0 added, 0 removed, 0 changed, 1 moved, 0 renamed" ]
	run git flywheel graph diff HEAD~1
	[ "${lines[5]}" = "5 added, 0 removed, 0 changed, 0 moved, 0 renamed" ]
	run git flywheel graph diff nowhere
	[ "$status" -eq 128 ]
}
