#!/usr/bin/env bats
# A commit that changes no name needs the facts of its own files only; one that changes what some
# functions refer to, of what these names lead to; and all else is resolved.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(int x) { return x + 1; }' 'Start'
	commit_file b.c 'int b(void) { return a(1) + a(2); }'
	commit_file README 'words'
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1
	git flywheel index --quiet
}

# Without the facts of a.c, whoever needs them must parse it again.
forget_a() {
	sqlite3 .git/flywheel/flywheel.db \
		"DELETE FROM blob_fact WHERE blob = (SELECT blob FROM graph_file WHERE path = 'a.c')"
}

has_a() {
	[ "$(sqlite3 .git/flywheel/flywheel.db "SELECT count(*) FROM blob_fact WHERE blob =
		(SELECT blob FROM graph_file WHERE path = 'a.c')")" -eq 1 ]
}

# is_followed: the last commit was brought into the index without a look at a.c, and it is right.
is_followed() {
	local digest

	git flywheel index --quiet
	! has_a || return 1
	digest=$(git flywheel index --json | grep '"digest"')
	git flywheel rebuild >/dev/null
	[ "$(git flywheel index --json | grep '"digest"')" = "$digest" ]
	forget_a
}

is_resolved() {
	git flywheel index --quiet
	has_a
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	forget_a
}

@test "comments, expressions and documents change no edge" {
	forget_a
	commit_file b.c '/* b */

int b(void) { return a(1) * 7 + a(2); }'
	is_followed
	commit_file README 'more words'
	is_followed
	git commit -q --allow-empty -m 'Nothing'
	is_followed
	git checkout -q --detach HEAD~2
	is_followed
}

@test "files that are not parsed come and go" {
	commit_file .gitattributes 'third/* linguist-vendored'
	git flywheel index --quiet
	forget_a
	commit_file notes/b.rst 'words'
	is_followed
	commit_file third/logo.svg 'words'
	git mv notes/b.rst notes/c.rst
	git commit -q -m 'Move'
	is_followed
	git rm -q README third/logo.svg
	commit_file b.c 'int b(void) { return a(3) + a(2); }'
	is_followed
}

@test "a file that an import spells is for the whole resolver, parsed or not" {
	commit_file d.c '#include "values.inc"'
	commit_file page.ts 'import style from "./page.css"; import x from "@app/x";'
	git flywheel index --quiet
	forget_a
	commit_file values.inc '1, 2'
	is_resolved
	commit_file packages/x/src 'words'
	is_resolved
	commit_file page.css 'words'
	is_resolved
	commit_file style.css 'words'
	is_followed
	git rm -q values.inc
	git commit -q -m 'Drop'
	is_resolved
}

@test "names, places in order, files and rules are for the whole resolver" {
	forget_a
	commit_file b.c 'int b(void) { return a(2) + c(1); }'
	is_resolved
	commit_file c.c 'int c(int x) { return x; }'
	is_resolved
	git mv c.c d.c
	git commit -q -m 'Move'
	is_resolved
	commit_file d.c 'static int c(int x) { return x; }'
	is_resolved
	commit_file .flywheelignore 'd.c'
	is_resolved
	commit_file README '#!/bin/sh
a() { :; }'
	is_resolved
	printf 'a(1)\0' >b.c
	git commit -qam 'Binary'
	is_resolved
}

@test "a row that was tampered with is not followed" {
	forget_a
	sqlite3 .git/flywheel/flywheel.db \
		"UPDATE graph_file SET digest = zeroblob(16) WHERE path = 'b.c'"
	commit_file b.c '/* b */ int b(void) { return a(1) + a(2); }'
	is_resolved
}

@test "another limit of size is another index" {
	forget_a
	git config flywheel.maxFileBytes 100000
	commit_file b.c '/* b */ int b(void) { return a(1) + a(2); }'
	is_resolved
}

# other.c is what nothing here leads to.
forget_other() {
	sqlite3 .git/flywheel/flywheel.db "DELETE FROM blob_fact WHERE blob =
		(SELECT blob FROM graph_file WHERE path = 'other.c')"
}

has_other() {
	[ "$(sqlite3 .git/flywheel/flywheel.db "SELECT count(*) FROM blob_fact WHERE blob =
		(SELECT blob FROM graph_file WHERE path = 'other.c')")" -eq 1 ]
}

is_resolved_with_other() {
	git flywheel index --quiet
	has_other || return 1
	run git flywheel index --verify
	[ "$status" -eq 0 ]
}

is_viewed() {
	local digest

	forget_other
	git flywheel index --quiet
	! has_other || return 1
	digest=$(git flywheel index --json | grep '"digest"')
	git flywheel rebuild >/dev/null
	[ "$(git flywheel index --json | grep '"digest"')" = "$digest" ]
}

@test "of a function that says something else only what it names is looked at" {
	commit_file list.h 'struct list { struct list *next; };
int length(struct list *list);'
	commit_file list.c '#include "list.h"
int length(struct list *list) { return list ? 1 + length(list->next) : 0; }'
	commit_file other.c 'static int lonely(void) { return 0; }
int other(void) { return lonely(); }'
	commit_file b.c '#include "list.h"
int first(struct list *list) { return length(list); }
int second(void) { return a(1); }
int third(void) { return second(); }'
	git flywheel index --quiet
	commit_file b.c '#include "list.h"
int first(struct list *list) { return length(list) + second(); }

int third(void) { return second(); }
int second(void) { return 0; }'
	is_viewed
	commit_file b.c '#include "list.h"
int second(void) { struct list one; return length(&one) + gone(); }
int first(struct list *list) { return 0; }
int third(void) { return a(second()); }'
	is_viewed
	git flywheel graph callers length | grep -q second
	! git flywheel graph callers length | grep -q first
}

@test "of a name that changes also those who look at it are resolved" {
	commit_file list.h 'struct list { struct list *next; };
int length(struct list *list);'
	commit_file list.c '#include "list.h"
static int one(void) { return 1; }
int length(struct list *list) { return list ? one() + length(list->next) : 0; }'
	commit_file other.c 'static int lonely(void) { return 0; }
int other(void) { return lonely(); }'
	commit_file b.c '#include "list.h"
int first(struct list *list) { return length(list) + later(1); }
int second(void) { return a(1); }'
	git flywheel index --quiet
	commit_file list.c '#include "list.h"
static int two(void) { return 2; }
int length(struct list *list) { return list ? two() + length(list->next) : 0; }
int later(int x) { return x; }'
	is_viewed
	git flywheel graph callers later | grep -q first
	commit_file a.c 'static int a(int x) { return x + 1; }
int late(int x) { struct list *v; return a(x); }'
	is_viewed
	git flywheel graph callers a | grep -q late
	! git flywheel graph callers a | grep -q second
}

@test "what is called behind a dot is nobody's in C, unless a type has a member of that name" {
	commit_file list.h 'struct list { int (*length)(struct list *list); struct list *next; };'
	commit_file other.c 'static int lonely(void) { return 0; }
int other(void) { return lonely(); }'
	commit_file b.c '#include "list.h"
int first(struct list *list) { return list->length(list); }'
	git flywheel index --quiet
	commit_file b.c '#include "list.h"
int first(struct list *list) { return a(list->next->length(list)); }'
	is_viewed
	git flywheel graph callers a | grep -q first

	commit_file b.c '#include "list.h"
int first(struct list *list) { return list->next->grow(list, a(2)); }'
	commit_file c.cpp 'struct tree { int grow(struct list *list, int x) { return x; } };'
	git flywheel index --quiet
	forget_other
	commit_file b.c '#include "list.h"
int first(struct list *list) { return list->next->grow(list, a(3)) + a(4); }'
	is_resolved_with_other
}

@test "a file whose commit says nothing new still looks at what another one changed" {
	printf '%s\n' 'int later(struct s *s) { return 1; }' >a.c
	printf '%s\n' '/* b */ int b(void) { return a(1) + a(2); }' >b.c
	git add a.c b.c
	git commit -q -m 'Call it otherwise'
	git flywheel index --quiet
	run git flywheel index --verify
	[ "$status" -eq 0 ]
}

@test "of types and fields that change those who look at them are resolved" {
	commit_file list.h 'struct list { struct list *next; };'
	commit_file other.c 'static int lonely(void) { return 0; }
int other(void) { return lonely(); }'
	commit_file b.c '#include "list.h"
int first(struct list *list) { struct tail *tail; return tail->list->next->grow(list, a(2)); }
int second(struct node *node) { return 0; }'
	git flywheel index --quiet
	commit_file list.h 'struct list { struct list *next; struct node *node; };
struct node { int x; };
struct tail { struct list *list; };'
	is_viewed
	commit_file list.h 'typedef struct list { struct list *next; struct tail *node; } list;
struct tail { struct list *list; };'
	is_viewed

	commit_file c.cpp 'struct tree { int grow(struct list *list, int x) { return x; } };'
	git flywheel index --quiet
	forget_other
	commit_file list.h 'struct list { struct tree *next; struct node *node; };
struct tail { struct list *list; };'
	is_resolved_with_other
	git flywheel graph callers tree.grow --json | grep -q first
}

@test "what a file imports is its own matter, unless others import it" {
	commit_file one.h 'static int size(int x) { return x; }'
	commit_file two.h 'static int size(int x) { return x + 1; }'
	commit_file other.c 'static int lonely(void) { return 0; }
int other(void) { return lonely(); }'
	commit_file b.c '#include "one.h"
int b(struct list *list) { return size(1); }'
	git flywheel index --quiet
	commit_file b.c '#include "two.h"
int b(struct list *list) { return size(1); }'
	is_viewed
	commit_file c.c '#include "b"
int c(void) { return b(); }'
	git flywheel index --quiet
	forget_other
	commit_file b.c '#include "one.h"
int b(struct list *list) { return size(1); }'
	is_resolved_with_other
}

@test "in scripts, where no value is followed, only what a function names is looked at" {
	commit_file other.sh 'lonely() { :; }'
	commit_file other.c 'static int lonely(void) { return 0; }'
	commit_file lib.sh 'one() { two; }
two() { :; }'
	git flywheel index --quiet
	sqlite3 .git/flywheel/flywheel.db "DELETE FROM blob_fact WHERE blob =
		(SELECT blob FROM graph_file WHERE path = 'other.sh')"
	commit_file lib.sh 'one() { three; }
two() { :; }
three() { two; }'
	is_viewed
}
