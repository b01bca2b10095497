# One Makefile for the whole tree: the library, the tools, the tests, the
# manual.  Everything made lands under $(BUILD); sources are never touched.
#
#   make demo             set up, build, and relax O on Al(100) by active
#                         learning and directly, with DFT of our own: minutes
#   make check            set up, build, and pass the tests
#
#   make                  build/bin/*
#   make deps             install the Debian packages that all this needs
#   make deps-dev         and those of lint, memcheck, fuzz and peers
#   make check-slow       the examples and the tests that take minutes
#   make asan             check under AddressSanitizer and UBSan
#   make memcheck         unit tests, and each tool once, under valgrind
#   make fuzz             every reader against random bytes, a minute each
#   make coverage         check, then a table of line coverage
#   make lint             top folder, format, layers, headers, analyzers, shell, manual
#   make bench            speed and memory, beside peers'; bench-al: labels;
#                         bench-dft: plane waves alone
#   make install          DESTDIR= prefix=/usr/local; uninstall
#
# For work on the code itself: make WERROR=-Werror

VERSION := 0.1.0

BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
SAN     ?=
WERROR  ?=

prefix  ?= /usr/local
bindir  ?= $(prefix)/bin
mandir  ?= $(prefix)/share/man
datadir ?= $(prefix)/share/morsel
docdir  ?= $(prefix)/share/doc/morsel
INSTALL ?= install

# For a system where `train` or `sample` would be too plain a name:
# make install PROGRAM_PREFIX=morsel-
PROGRAM_PREFIX ?=

PKGS := openblas lapacke fftw3 libxc spglib
DEPS := gcc libc6-dev make pkg-config libopenblas-dev liblapacke-dev \
        libfftw3-dev libxc-dev libsymspg-dev check gnuplot-nox
DEPS_DEV := clang clang-format clang-tidy cppcheck shellcheck mandoc valgrind \
            python3-ase quantum-espresso

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wconversion \
        -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wwrite-strings -Wundef -Wformat=2
HARDEN := -fPIE -fstack-protector-strong -fcf-protection \
          $(if $(SAN),,-D_FORTIFY_SOURCE=2)

# Nobody reads the exception flags or errno of arithmetic: a loop with a
# comparison or a sqrt can vectorize.  No fused multiply-add on the compiler's
# own account: the same numbers from each compiler and processor.  A product
# of complex numbers is four of reals, without a look at infinities, where the
# compiler can (clang 14 cannot).
MATH := -fno-trapping-math -fno-math-errno -ffp-contract=off \
        $(shell echo | $(CC) -fcx-limited-range -fsyntax-only -xc - \
            2>/dev/null && echo -fcx-limited-range)

# What the code needs; CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are the user's.
SAN_FLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
ALL_CPPFLAGS := -Iinclude -D_XOPEN_SOURCE=700 -DMORSEL_VERSION='"$(VERSION)"' \
                $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 -fopenmp $(MATH) $(WARN) $(WERROR) $(SAN_FLAGS) $(HARDEN) \
                $(CFLAGS)
ALL_LDFLAGS  := -pie -Wl,--as-needed,-z,relro,-z,now $(SAN_FLAGS) $(LDFLAGS)
ALL_LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm \
                $(LDLIBS)

LIB_SRC  := $(wildcard lib/*/*.c)
TOOL_SRC := $(wildcard tools/*.c tools/*/*.c)
UNIT_SRC := $(wildcard tests/unit/*.c)
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
HEADERS  := $(wildcard include/morsel/*.h lib/*/*.h tools/*/*.h)
MAN      := $(wildcard man/*.[157])
PIPES    := $(wildcard pipelines/*)
SHELLS   := $(wildcard .ci/* tests/*/*.sh examples/*.sh examples/*/*.sh \
             pipelines/*.sh)

# The built-in potentials, as a C array.
GTH   := $(BUILD)/lib/dft/gth_potentials.c

LIB   := $(BUILD)/libmorsel.a
TOOLS := $(patsubst tools/%.c,$(BUILD)/bin/%,$(wildcard tools/*.c))
UNIT  := $(BUILD)/tests/run-unit
BENCH := $(BENCH_SRC:tests/bench/%.c=$(BUILD)/bench/%)
obj    = $(patsubst %.c,$(BUILD)/%.o,$(1))

all: have-deps $(TOOLS)

$(LIB): $(call obj,$(LIB_SRC)) $(GTH:.c=.o)
	@rm -f $@
	$(AR) rcs $@ $^

# A tool is tools/NAME.c and, where that gets long, tools/NAME/*.c.
.SECONDEXPANSION:
$(TOOLS): $(BUILD)/bin/%: $(BUILD)/tools/%.o \
        $$(call obj,$$(wildcard tools/$$*/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(BENCH): $(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(UNIT): $(call obj,$(UNIT_SRC)) $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ \
	    $(shell pkg-config --libs check) $(ALL_LDLIBS)

# Unit tests may look at a domain's private headers, so -Ilib.
$(BUILD)/tests/%.o: ALL_CPPFLAGS += -Ilib \
    $(shell pkg-config --cflags check 2>/dev/null)

# -MMD writes the headers each object used next to it; -MP lets one vanish.
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(GTH): lib/dft/gth.potentials
	@mkdir -p $(@D)
	{ echo 'const unsigned char gth_potentials[] = {'; \
	  od -An -v -tu1 $< | sed 's/[0-9][0-9]*/&,/g'; echo '};'; \
	  echo 'const unsigned long gth_potentials_size ='; \
	  echo '    sizeof gth_potentials;'; } >$@

$(GTH:.c=.o): $(GTH) $(BUILD)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(TOOL_SRC) $(UNIT_SRC) \
    $(BENCH_SRC)))

# Everything depends on the flags it was made with.
flags_now := $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(flags_now))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(flags_now))' >$@

# Set-up --------------------------------------------------------------------

have-deps:
	@pkg-config --exists $(PKGS) check || { \
	    echo "morsel needs pkg-config, OpenBLAS, LAPACKE, FFTW3, libxc" \
	    "and Check:" >&2; \
	    echo "run 'make deps', or install $(DEPS)" >&2; exit 2; }

deps:
	@sh .ci/deps $(DEPS)

deps-dev:
	@sh .ci/deps $(DEPS) $(DEPS_DEV)

# The packages may have come just now: a second make looks for them again.
demo: deps
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory -C examples/o-al100 learned direct table \
	    BIN='$(abspath $(BUILD)/bin)' OUT='$(abspath $(BUILD)/demo)'

check: deps
	@$(MAKE) --no-print-directory check-unit check-tools

# Tests ---------------------------------------------------------------------

check-unit: have-deps $(UNIT)
	CK_DEFAULT_TIMEOUT=300 OMP_WAIT_POLICY=passive $(RUN) $(UNIT)

check-tools: have-deps $(TOOLS)
	PATH="$(abspath $(BUILD)/bin):$$PATH" RUN="$(RUN)" \
	    sh tests/tools/run.sh

check-slow: have-deps $(TOOLS)
	PATH="$(abspath $(BUILD)/bin):$$PATH" \
	    sh tests/tools/run.sh $(wildcard tests/tools/slow-*.sh)

asan:
	$(MAKE) BUILD=$(BUILD)/asan SAN=address,undefined CFLAGS='-O1 -g' check

# All unit tests, and a call or two of each tool: all tests of the tools would
# take an hour.
VALGRIND := valgrind -q --leak-check=full --error-exitcode=99 \
            --suppressions=$(CURDIR)/tests/lint/valgrind.supp
memcheck: have-deps $(UNIT) $(TOOLS)
	CK_FORK=no OMP_NUM_THREADS=1 $(VALGRIND) $(UNIT)
	PATH="$(abspath $(BUILD)/bin):$$PATH" RUN='$(VALGRIND)' \
	    OMP_NUM_THREADS=1 sh tests/tools/run.sh tests/tools/memcheck.sh

FUZZ_SECONDS ?= 60
fuzz: $(FUZZ_SRC:tests/fuzz/%.c=fuzz-%)
fuzz-lib:
	$(MAKE) BUILD=$(BUILD)/fuzz CC=clang \
	    SAN=fuzzer-no-link,address,undefined \
	    CFLAGS='-O1 -g -fno-openmp -Wno-unknown-pragmas -Wno-unused-function' \
	    $(BUILD)/fuzz/libmorsel.a
fuzz-%: tests/fuzz/%.c fuzz-lib
	@mkdir -p $(BUILD)/fuzz/$*-corpus
	clang $(ALL_CPPFLAGS) -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined \
	    -o $(BUILD)/fuzz/$* $< $(BUILD)/fuzz/libmorsel.a $(ALL_LDLIBS) \
	    $(shell $(CC) -print-file-name=libgomp.so)
	$(BUILD)/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=512 \
	    -timeout=5 -artifact_prefix=$(BUILD)/fuzz/$*- \
	    $(BUILD)/fuzz/$*-corpus $(wildcard tests/fuzz/$*-seeds)

coverage:
	-find $(BUILD)/cov -name '*.gcda' -delete
	$(MAKE) BUILD=$(BUILD)/cov CFLAGS='-O0 -g --coverage' check
	cd $(BUILD)/cov && find lib tools -name '*.gcno' | xargs gcov -n -s \
	    $(CURDIR) -r 2>/dev/null | sh $(CURDIR)/tests/lint/coverage.sh

bench: all $(BENCH)
	PATH="$(abspath $(BUILD)/bin):$$PATH" BENCH='$(abspath $(BUILD)/bench)' \
	    sh tests/bench/run.sh

bench-dft: all
	PATH="$(abspath $(BUILD)/bin):$$PATH" sh tests/bench/dft.sh

bench-al: all
	PATH="$(abspath $(BUILD)/bin):$$PATH" sh tests/bench/al.sh
	PATH="$(abspath $(BUILD)/bin):$$PATH" sh tests/bench/md.sh

# Lint ----------------------------------------------------------------------

LINTS := lint-top lint-format lint-layers lint-headers lint-tidy \
         lint-cppcheck lint-analyzer lint-shell lint-man
lint: $(LINTS)

# Nothing but these at the top, besides what git is told to ignore.
TOP_FILES := .ci .clang-format .clang-tidy .gitignore CONTRIBUTING.md LICENSE \
             Makefile NEWS.md README.md examples include lib man pipelines \
             tests tools
lint-top:
	@git ls-files -co --exclude-standard | sed 's,/.*,,' | sort -u | \
	    awk -v known='$(TOP_FILES)' \
	        'BEGIN { n = split(known, k, " "); \
	             for (i = 1; i <= n; i++) ok[k[i]] = 1 } \
	         !ok[$$0] { print $$0 ": is unknown at the top"; bad = 1 } \
	         END { exit bad }'

lint-format:
	clang-format --dry-run -Werror $(LIB_SRC) $(TOOL_SRC) $(UNIT_SRC) \
	    $(FUZZ_SRC) $(BENCH_SRC) $(HEADERS)

lint-layers:
	awk -f tests/lint/layers.awk tests/lint/layers \
	    $(LIB_SRC) $(TOOL_SRC) $(HEADERS)

lint-headers:
	for h in $(HEADERS); do \
	    printf '#include "%s"\nextern int alone;\n' $$h | \
	    $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -I. -fsyntax-only -xc - || \
	    exit 1; \
	done

lint-tidy:
	clang-tidy --quiet --warnings-as-errors='*' $(LIB_SRC) $(TOOL_SRC) -- \
	    $(ALL_CPPFLAGS) -std=c11

lint-cppcheck:
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 -Iinclude lib tools

# gcc 12 takes the shift of a vector for that of one small number, and what
# OpenMP keeps for each lane of a reduction for memory nobody has written: so
# without OpenMP, and what only its clauses call.
lint-analyzer:
	$(MAKE) BUILD=$(BUILD)/analyzer WERROR=-Werror LDLIBS=-lgomp \
	    CFLAGS='-O1 -fanalyzer -Wno-analyzer-shift-count-overflow \
	    -fno-openmp -Wno-unknown-pragmas -Wno-unused-function'

lint-shell:
	shellcheck -x -s sh $(SHELLS)

lint-man:
	mandoc -T lint -W warning $(MAN)

# Install -------------------------------------------------------------------

install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(datadir)/pipelines
	for t in $(TOOLS:$(BUILD)/bin/%=%); do \
	    $(INSTALL) $(BUILD)/bin/$$t \
	        $(DESTDIR)$(bindir)/$(PROGRAM_PREFIX)$$t || exit 1; \
	done
	$(INSTALL) -m 644 $(PIPES) $(DESTDIR)$(datadir)/pipelines
	sed 's/^TOOL_PREFIX *?=/&$(PROGRAM_PREFIX)/' pipelines/common.mk \
	    >$(DESTDIR)$(datadir)/pipelines/common.mk
	for m in $(MAN); do \
	    to=$(DESTDIR)$(mandir)/man$${m##*.}; name=$${m#man/}; \
	    case $$name in *.1) name=$(PROGRAM_PREFIX)$$name ;; esac; \
	    $(INSTALL) -d $$to && $(INSTALL) -m 644 $$m $$to/$$name || exit 1; \
	done

uninstall:
	for t in $(TOOLS:$(BUILD)/bin/%=%); do \
	    rm -f $(DESTDIR)$(bindir)/$(PROGRAM_PREFIX)$$t; \
	done
	rm -rf $(DESTDIR)$(datadir)
	for m in $(MAN:man/%=%); do name=$$m; \
	    case $$m in *.1) name=$(PROGRAM_PREFIX)$$m ;; esac; \
	    rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$$name; \
	done

clean:
	rm -rf $(BUILD)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all have-deps deps deps-dev demo check check-unit check-tools \
        check-slow asan memcheck fuzz fuzz-lib coverage bench bench-al bench-dft lint \
        $(LINTS) install uninstall clean force
