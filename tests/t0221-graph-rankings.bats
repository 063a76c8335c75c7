#!/usr/bin/env bats
# What the graph ranks: clone families, dead code candidates.
load helper

setup() {
	setup_repo
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1
}

# body <name> <step>: a function that is long enough to be compared.
body() {
	printf 'int %s(int n)\n{\n\tint total = 0;\n\t/* %s */\n' "$1" "$1"
	printf '\tfor (int i = 0; i < n; i++) {\n\t\tif (i %% %s)\n\t\t\ttotal += i * %s;\n' "$2" "$2"
	printf '\t\telse\n\t\t\ttotal -= i;\n\t}\n'
	printf '\tfor (int k = n; k > 0; k--)\n\t\ttotal ^= k * k + %s;\n' "$2"
	printf '\tif (total < 0 || n == 3)\n\t\ttotal = total * (total - n);\n'
	printf '\twhile (total > 100)\n\t\ttotal /= 2;\n\treturn total;\n}\n'
}

@test "clones are found whatever their names and numbers are" {
	mkdir lib
	{ body one 3; echo 'int other(int n) { return n ? n * 2 : 7; }'; } >lib/one.c
	body two 77 >two.c
	git add -A && git commit -q -m 'Start'
	run git flywheel graph clones
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "2 functions of "*" tokens, one shape" ]]
	[ "${lines[1]}" = "    lib/one.c:1  one" ]
	[ "${lines[2]}" = "    two.c:1  two" ]
	[ "${#lines[@]}" -eq 3 ]
	sed -i 's/total -= i;/total -= i + 1;/' two.c
	git commit -q -am 'Differ a little'
	run git flywheel graph clones lib
	[[ ${lines[0]} == *"alike to "[89]* ]]
	git flywheel graph clones --json | jq -e '.[0].count == 2 and .[0].likeness < 1'
	run git flywheel graph clones doc
	[ -z "$output" ]
}

@test "dead code is what nothing names, and when in doubt it is alive" {
	cat >main.c <<'END'
#include "lib.h"
/* dead_local is only named here */
static int dead_local(int n) { return n ? dead_local(n - 1) : 0; }
static int by_macro(void) { return 1; }
#define RUN() by_macro()
static int in_table(void) { return 2; }
static int (*table[])(void) = {in_table};
int main(void) { return used() + table[0]() + RUN(); }
END
	printf 'int used(void);\nint unused(void);\n' >lib.h
	printf 'int used(void) { return 1; }\nint unused(void) { return 1; }\nint by_script(void) { return 1; }\n' >lib.c
	printf 'by_script\nunused: see there\n' >exports.map
	printf 'unused() is a function of ours.\n' >README.md
	sed -i '/unused/d' exports.map
	cat >app.py <<'END'
import web


@web.route("/")
def index():
    return 1


class Visitor:
    def visit_name(self, node):
        return node

    def go(self, node):
        return getattr(self, "visit_" + node.kind)(node)


class Page(web.Page):
    def on_load(self):
        return 1


def lonely():
    def inner():
        return 1


print(Visitor().go(1))
END
	git add -A && git commit -q -m 'Start'
	run git flywheel graph dead
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "main.c:3  function dead_local (1 lines): only its own file could use it, and does not" ]
	[ "${lines[1]}" = "app.py:22  function lonely (3 lines): nothing in this repository names it; other code may" ]
	[ "${lines[2]}" = "lib.c:2  function unused (1 lines): nothing in this repository names it; other code may" ]
	[ "${#lines[@]}" -eq 3 ]
	[[ $output != *by_macro* && $output != *in_table* && $output != *by_script* ]]
	[[ $output != *index* && $output != *visit_name* && $output != *on_load* ]]
	git flywheel graph dead lib.c --json | jq -e 'map(.qualified) == ["unused"]'
}

@test "what is used without its name being written is not called dead" {
	cat >point.cpp <<'END'
struct Point {
	int x;
	Point() : x(0) {}
	~Point() { x = 1; }
	bool operator==(const Point &other) const { return x == other.x; }
};
int main() { Point a, b; return a == b; }
END
	cat >shelf.rb <<'END'
class Shelf
  def size=(n)
    @size = n
  end

  def unused_one
    1
  end
end

Shelf.new.size = 3
END
	cat >table.c <<'END'
#define ROW(name) {cmd_ ## name, name##_help}
int cmd_list(void) { return 1; }
int list_help(void) { return 2; }
static int (*const table[])(void) = ROW(list);
int start(int n) { return table[n](); }
END
	echo 'int run(void) { return start(0); }' >run.c
	echo 'int main(void) { return run(); }' >main.c
	git add -A && git commit -q -m 'Start'
	run git flywheel graph dead
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "shelf.rb:6  method "*"unused_one (3 lines): "* ]]
	[ "${#lines[@]}" -eq 1 ]
}
