# git flywheel. `make demo` shows one revolution, `make check` runs every test; both install what
# is missing first. `make` alone builds ./git-flywheel from what is there.
VERSION := 0.1.0
BUILD := build
# The program, its hook trampoline and man pages; a sanitizer build puts its own under $(BUILD).
PROGRAM := git-flywheel
PREFIX ?= /usr/local
DESTDIR ?=
REPO ?= .
CC := gcc
# libcurl is loaded when it is needed, see src/http/library.h.
LINKED := libgit2 sqlite3 libpcre2-8 jansson libmd libzip libzstd
PACKAGES := $(LINKED) libcurl
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith
WERROR := -Werror
CFLAGS := -O2 -g
NPM := build/npm
CPPFLAGS := -Iinclude -Isrc -isystem $(NPM)/node_modules/tree-sitter/vendor/tree-sitter/lib \
	-I$(NPM)/node_modules/tree-sitter/vendor/tree-sitter/lib/include \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) -DVERSION='"$(VERSION)"' -D_POSIX_C_SOURCE=200809L
ALL_CFLAGS = -std=c11 $(WARNINGS) $(WERROR) $(CFLAGS) $(SANITIZE)
LIBS = $(shell pkg-config --libs $(LINKED)) -lm -lpthread -ldl

SOURCES := $(filter-out src/main.c src/hook/trampoline.c src/command/decision_trainer.c,$(wildcard src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/src/%.o)
LIBRARY := $(BUILD)/libflywheel.a
TRAMPOLINE := $(BUILD)/git-flywheel-hook
# What a house model must beat: trained once from code that is no user's.
GENERIC := build/generic.model
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))

LANGUAGES := $(notdir $(patsubst %/,%,$(dir $(wildcard src/language/*/language.conf))))
NPM_STAMP := $(NPM)/.stamp
GRAMMARS := $(foreach l,$(LANGUAGES),$(BUILD)/grammar/$(l).a)
TREE_SITTER := $(BUILD)/grammar/tree-sitter.o

.PHONY: all deps deps-remote demo install uninstall check check-remote check-unit check-language \
	check-conversation check-command check-chaos check-parity unit-tests man \
	sanitize valgrind coverage bench bench-decisions bench-graph bench-scrub bench-harvest lint format check-headers clean force
all: $(PROGRAM) $(TRAMPOLINE) $(GENERIC)

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# -- our own sources ------------------------------------------------------------------------------
$(BUILD)/src/%.o: src/%.c | $(NPM_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Files that the program carries with it: <C name>:<path>, each ends in a NUL.
EMBEDDED := schema_sql:src/store/schema.sql hook_sh:hooks/hook.sh cues_conf:src/decision/cues.conf \
	scrub_rules_conf:src/scrub/rules.conf judge_tsv:src/scrub/judge.tsv train_py:src/train/entrypoint/train.py \
	decision_model:$(BUILD)/decision.model words_tsv:src/decision/words.tsv worth_tsv:src/decision/worth.tsv
$(BUILD)/embed.o: $(foreach e,$(EMBEDDED),$(lastword $(subst :, ,$(e)))) Makefile
	@mkdir -p $(@D)
	for e in $(EMBEDDED); do \
		printf '.section .rodata\n.global %s\n%s:\n.incbin "%s"\n.byte 0\n' $${e%%:*} $${e%%:*} $${e#*:}; \
	done | { cat; echo '.section .note.GNU-stack'; } | $(CC) -x assembler -c -o $@ -

# The classifier of sentences, learned from those that we labelled and from figures that
# tests/accuracy/decisions/figures.py made: the same bytes each time.
TRAINER := $(BUILD)/decision-trainer
TRAINER_OBJECTS := $(addprefix $(BUILD)/src/,command/decision_trainer.o \
	$(addprefix decision/,cue.o feature.o learn.o lexicon.o)) \
	$(patsubst src/%.c,$(BUILD)/src/%.o,$(wildcard src/util/*.c))
SENTENCES := $(sort $(wildcard src/decision/sentences/*.tsv))
$(TRAINER): $(TRAINER_OBJECTS)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

FIGURES := src/decision/figures.model
$(BUILD)/decision.model: $(TRAINER) src/decision/cues.conf src/decision/words.tsv $(FIGURES) \
		src/decision/sentences $(SENTENCES)
	$(TRAINER) src/decision/cues.conf src/decision/words.tsv $(FIGURES) $@ $(SENTENCES)

# The table of languages, from the folders of src/language/.
LANGUAGE_DATA := $(wildcard src/language/*/language.conf src/language/*/*.scm)
$(BUILD)/language_table.c: src/language/embed.sh $(LANGUAGE_DATA) $(NPM_STAMP)
	@mkdir -p $(@D)
	src/language/embed.sh $(NPM)/node_modules $(LANGUAGES) > $@.new
	mv $@.new $@

$(BUILD)/language_table.o: $(BUILD)/language_table.c src/language/internal.h
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Changes when a source is added or removed: a library must not keep what is gone.
$(BUILD)/objects.list: force
	@mkdir -p $(@D)
	@echo $(OBJECTS) | cmp -s - $@ || echo $(OBJECTS) >$@

$(LIBRARY): $(OBJECTS) $(BUILD)/embed.o $(BUILD)/language_table.o $(BUILD)/objects.list
	@rm -f $@
	ar rcs $@ $(filter %.o,$^)

# Static and without our libraries: it runs after every commit and must cost next to nothing.
$(TRAMPOLINE): src/hook/trampoline.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(WERROR) -O2 -D_POSIX_C_SOURCE=200809L -static -o $@ $<

# The order-only program: a new link alone is no reason to train again, a changed model is. What was
# read and the digest of what came out stand beside the model.
$(GENERIC): src/model/generic.sh $(wildcard src/model/*.[ch]) $(NPM_STAMP) | $(PROGRAM)
	src/model/generic.sh $(NPM)/node_modules >$(@:.model=.list)
	./$(PROGRAM) house train -f $(@:.model=.list) -o $@ >$(@:.model=.txt)
	@cat $(@:.model=.txt)

# -- tree-sitter: the runtime and the grammars come from npm, pinned by package-lock.json -----------
$(NPM_STAMP): src/language/package.json src/language/package-lock.json src/language/.npmrc
	@command -v npm >/dev/null || { echo "npm is missing (it fetches the grammars): run ./install.sh --deps" >&2; exit 1; }
	@mkdir -p $(NPM)
	cp $^ $(NPM)/
	cd $(NPM) && npm ci --silent --no-audit --no-fund \
		|| { echo "npm could not fetch the grammars: is the npm registry reachable?" >&2; exit 1; }
	touch $@

TS := $(NPM)/node_modules/tree-sitter/vendor/tree-sitter/lib
$(TREE_SITTER): $(NPM_STAMP)
	@mkdir -p $(@D)
	$(CC) -std=c11 -O2 -D_DEFAULT_SOURCE -I$(TS)/include -I$(TS)/src $(SANITIZE) -c -o $@ $(TS)/src/lib.c

$(BUILD)/grammar/%.a: $(NPM_STAMP)
	@mkdir -p $(@D)/$*
	g=$$(sed -n 's/^[[:space:]]*grammar = //p' src/language/$*/language.conf); \
	s=$(abspath $(NPM))/node_modules/$${g:-tree-sitter-$*}/src; \
	cd $(@D)/$* && for f in parser scanner; do \
		[ ! -e $$s/$$f.c ] || $(CC) -std=c11 -O2 -I$$s -c -o $$f.o $$s/$$f.c || exit 1; done
	rm -f $@ && ar rcs $@ $(@D)/$*/*.o

# -- tests ----------------------------------------------------------------------------------------
$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -o $@ $(filter %.c %.a %.o,$^) -lcmocka -lmicrohttpd $(LIBS)

# The generator of the history that the replay test trains on.
$(BUILD)/tests/history: tests/replay/history.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(WERROR) -O2 -o $@ $<

$(BUILD)/tests/judged $(BUILD)/tests/noted: $(BUILD)/tests/%: tests/accuracy/%.c $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/bench-%: tests/bench/%.c $(LIBRARY) $(GRAMMARS) $(TREE_SITTER)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# Random histories, to hold an incremental index against a clean one.
$(BUILD)/tests/parity-history: tests/parity/history.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(WERROR) -D_POSIX_C_SOURCE=200809L -O2 -o $@ $<

# The server that speaks the wire formats of remote trainers and inference servers, errors included.
WIRE_SERVER := $(BUILD)/tests/wire-server
$(WIRE_SERVER): $(wildcard tests/server/*.[ch]) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -o $@ $(filter %.c %.a,$^) -lmicrohttpd $(LIBS)

unit-tests: $(UNIT_TESTS) $(BUILD)/tests/history $(BUILD)/tests/parity-history $(WIRE_SERVER)

man: $(PROGRAM)
	@doc/man.sh ./$(PROGRAM) $(BUILD)/man

deps:
	./install.sh --deps

deps-remote:
	./install.sh --deps-remote

check: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all unit-tests
	@tests/run

# A real Ray head, a real inference server and a real small model, on loopback. REPO: the repository
# that learns, this one unless given.
check-remote: deps-remote
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@tests/remote/check.sh "$(REPO)"

check-unit: unit-tests
	@tests/run unit

check-language: all
	@tests/run language

check-conversation: all
	@tests/run conversation

check-command: all $(BUILD)/tests/history $(WIRE_SERVER)
	@tests/run command

check-chaos: all $(BUILD)/tests/history $(WIRE_SERVER)
	@tests/run chaos

# 10,000 steps instead of the few of `make check`.
check-parity: all $(BUILD)/tests/parity-history
	@PARITY_SEEDS=100 PARITY_STEPS=100 tests/run parity

lint:
	@tests/run lint

check-headers:
	@tests/run headers

format:
	clang-format -i $(wildcard src/*.c src/*/*.[ch] src/*/*/*.[ch] include/flywheel/*.h tests/unit/*.[ch] tests/server/*.[ch])

# The same tests under AddressSanitizer and UndefinedBehaviorSanitizer, in a build of their own.
ASAN := BUILD=build-asan PROGRAM=build-asan/git-flywheel GENERIC= CFLAGS="-O1 -g -fno-omit-frame-pointer" \
	SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
sanitize: all
	@$(MAKE) --no-print-directory -j$(JOBS) $(ASAN) all unit-tests
	@ASAN_OPTIONS=fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=$(abspath tests/lsan.supp):print_suppressions=0 \
		BUILD=build-asan FLYWHEEL_GENERIC=$(abspath $(GENERIC)) FLYWHEEL_BIN=$(abspath build-asan) tests/run unit command

VALGRIND := valgrind -q --suppressions=$(abspath tests/valgrind.supp) --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
valgrind: all unit-tests
	@TEST_WRAPPER="$(VALGRIND)" tests/run unit
	@tests/valgrind.sh "$(VALGRIND)"

COVERAGE := BUILD=build-coverage PROGRAM=build-coverage/git-flywheel GENERIC= CFLAGS="-O0 -g" SANITIZE=--coverage
coverage: all
	@$(MAKE) --no-print-directory -j$(JOBS) $(COVERAGE) all unit-tests
	@BUILD=build-coverage FLYWHEEL_GENERIC=$(abspath $(GENERIC)) FLYWHEEL_BIN=$(abspath build-coverage) tests/run unit command || :
	@tests/coverage.sh build-coverage

# The graph against universal-ctags, gcc, and what else knows better: doc/accuracy.md.
bench-graph: all
	@tests/accuracy/run

# 110,000 made-up turns of nine tools, and a transcript of HUGE megabytes.
bench-harvest: all
	@tests/bench/harvest.sh 110000 $(or $(HUGE),256)

# The miner of decisions against sentences and notes that a person judged: doc/decisions.md. REPOS,
# REVIEWS: folders of clones and of reviews, as tests/accuracy/decisions.py --fetch makes them.
bench-decisions: all
	@tests/accuracy/decisions.py --set dev
	@tests/accuracy/decisions.py --set val
	@tests/accuracy/decisions.py --set held

# The house model beside published ones; SLP_CORE=<class path> for SLP-Core, KENLM=<folder> for KenLM.
# REPO: which repositories. tests/bench/model/growth shows how its cost grows with the source.
bench-model: all
	@tests/bench/model/run $(REPO)

bench: all $(BUILD)/tests/bench-parse $(BUILD)/tests/bench-notes
	@tests/bench/hook.sh
	@tests/bench/why.sh
	@tests/accuracy/fetch.sh $(BUILD)/accuracy
	@tests/bench/graph.sh $(BUILD)/accuracy
	@tests/bench/peers.sh $(BUILD)/accuracy
	@tests/bench/history.sh $(or $(REPO),.)

# Every byte of talk goes through the scrubber: MB/s of CPU, beside every rule on every line.
bench-scrub: all $(BUILD)/tests/bench-scrub
	@tests/bench/scrub.sh $(or $(REPO),.)

# -- demo and installation ------------------------------------------------------------------------
demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@./tests/demo.sh "$(REPO)"

install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/git-flywheel \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/git-flywheel
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/git-flywheel
	install -m 755 $(TRAMPOLINE) $(DESTDIR)$(PREFIX)/libexec/git-flywheel/git-flywheel-hook
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(GENERIC) $(GENERIC:.model=.txt) $(DESTDIR)$(PREFIX)/share/git-flywheel

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/git-flywheel $(DESTDIR)$(PREFIX)/share/man/man1/git-flywheel*.1
	rm -rf $(DESTDIR)$(PREFIX)/libexec/git-flywheel $(DESTDIR)$(PREFIX)/share/git-flywheel

clean:
	rm -rf build build-asan build-coverage git-flywheel

-include $(wildcard $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/src/*/*/*.d $(BUILD)/tests/*.d)
