# git flywheel. `make demo` shows one revolution, `make check` runs every test; both install what
# is missing first. `make` alone builds ./git-flywheel from what is there.
VERSION := 0.1.0
BUILD := build
PREFIX ?= /usr/local
CC := gcc
PACKAGES := libgit2 sqlite3 libpcre2-8 jansson libmd

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith
WERROR := -Werror
CFLAGS := -O2 -g
CPPFLAGS := -Iinclude -Isrc -I$(BUILD)/npm/node_modules/tree-sitter/vendor/tree-sitter/lib/include \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) -DVERSION='"$(VERSION)"' -D_POSIX_C_SOURCE=200809L
ALL_CFLAGS = -std=c11 $(WARNINGS) $(WERROR) $(CFLAGS) $(SANITIZE)
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lm -lpthread

SOURCES := $(filter-out src/main.c src/hook/trampoline.c,$(wildcard src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/src/%.o)
LIBRARY := $(BUILD)/libflywheel.a
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))

LANGUAGES := $(notdir $(patsubst %/,%,$(dir $(wildcard src/language/*/language.conf))))
NPM_STAMP := $(BUILD)/npm/.stamp
GRAMMARS := $(foreach l,$(LANGUAGES),$(BUILD)/grammar/$(l).a)
TREE_SITTER := $(BUILD)/grammar/tree-sitter.o

.PHONY: all check check-unit check-command clean
all: git-flywheel

git-flywheel: $(BUILD)/src/main.o $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# -- our own sources ------------------------------------------------------------------------------
$(BUILD)/src/%.o: src/%.c | $(NPM_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/embed.o: src/store/schema.sql
	@mkdir -p $(@D)
	printf '.section .rodata\n.global schema_sql\nschema_sql:\n.incbin "$<"\n.byte 0\n.section .note.GNU-stack\n' \
		| $(CC) -x assembler -c -o $@ -

$(LIBRARY): $(OBJECTS) $(BUILD)/embed.o
	rm -f $@
	ar rcs $@ $^

# -- tree-sitter: the runtime and the grammars come from npm, pinned by package-lock.json -----------
$(NPM_STAMP): src/language/package.json src/language/package-lock.json src/language/.npmrc
	@mkdir -p $(BUILD)/npm
	cp $^ $(BUILD)/npm/
	cd $(BUILD)/npm && npm ci --silent --no-audit --no-fund
	touch $@

TS := $(BUILD)/npm/node_modules/tree-sitter/vendor/tree-sitter/lib
$(TREE_SITTER): $(NPM_STAMP)
	@mkdir -p $(@D)
	$(CC) -std=c11 -O2 -D_DEFAULT_SOURCE -I$(TS)/include -I$(TS)/src $(SANITIZE) -c -o $@ $(TS)/src/lib.c

$(BUILD)/grammar/%.a: $(NPM_STAMP)
	@mkdir -p $(@D)/$*
	cd $(@D)/$* && for f in parser scanner; do \
		s=$(abspath $(BUILD))/npm/node_modules/tree-sitter-$*/src; \
		[ ! -e $$s/$$f.c ] || $(CC) -std=c11 -O2 -I$$s -c -o $$f.o $$s/$$f.c || exit 1; done
	rm -f $@ && ar rcs $@ $(@D)/$*/*.o

# -- tests ----------------------------------------------------------------------------------------
$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -o $@ $^ -lcmocka $(LIBS)

check-unit: $(UNIT_TESTS)
	@for t in $^; do echo "== $$t"; $$t || exit 1; done

check-command: git-flywheel
	bats tests

check: check-unit check-command

clean:
	rm -rf $(BUILD) git-flywheel

-include $(wildcard $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/src/*/*/*.d $(BUILD)/tests/*.d)
