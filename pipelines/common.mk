# What every pipeline shares: where the tools are, who labels, how a model is
# trained, and the steps of one round of offline active learning,
#
#     train -> simulate -> sample -> dft-single -> merge-db -> converged.
#
# A pipeline sets PIPELINE (its own file), KNOBS (its own knobs), SIMULATE
# (the command that walks on the model) and CONVERGED (the test), and includes
# this file.  Every step reads named files and writes a new one, whole or not
# at all: a run that was killed goes on, with the same command, at the file
# that is missing.
#
# A knob is a variable with a default and, after ##, a line of help.

START        ?= start.xyz## structure to begin with, extended XYZ
DIR          ?= run## folder of this run
BIN          ?=## folder of the tools, if they are not on PATH

ENGINE       ?= emt## who labels: see dft-single(1)
ENGINE_FLAGS ?=## options of dft-single for that engine
TASKS        ?= 1## parts of a batch of labels; make -j runs them at once

PRIOR        ?= published## published, none, or a file of fit-morse(1)
COMMITTEE    ?= 5## networks in the committee
SEED         ?= 1## of weights and of random queries
TRAIN_FLAGS  ?=## more options of train(1)

STRATEGY     ?= last## whom to ask: see sample(1)
COUNT        ?= 1## frames asked in a round
SAMPLE_FLAGS ?=## more options of sample(1)

MAX_ROUNDS   ?= 30## give up after so many rounds
BUDGET       ?= 200## give up after so many labels
ROUND        ?= 0

tool := $(if $(BIN),$(BIN)/)
here := $(dir $(PIPELINE))
now  := $(DIR)/$(ROUND)
prev := $(DIR)/$(shell expr $(ROUND) - 1)
seed := $(shell expr $(SEED) \* 1000 + $(ROUND))
again = $(MAKE) --no-print-directory -f $(PIPELINE)

ifneq ($(words x$(DIR) x$(START) x$(BIN)),3)
$(error DIR, START and BIN must not hold blanks)
endif

# A tool that answers "no" (1) has done its work; 2 is trouble.
or_no := || test $$? -eq 1

# The loop -------------------------------------------------------------------

# One make per round; one that is done costs nothing.
all: $(DIR)/knobs
	@round=0; \
	while test ! -e $(DIR)/final.xyz && test $$round -le $(MAX_ROUNDS); do \
	    $(again) ROUND=$$round round || exit 2; \
	    tail -n 1 $(DIR)/$$round/verdict; \
	    $(tool)converged --criterion=budget --budget=$(BUDGET) \
	        --ledger=$(DIR)/ledger.tsv >/dev/null && break; \
	    round=$$((round + 1)); \
	done
	@$(again) report
	@test -e $(DIR)/final.xyz

# The knobs are written down at the start: no run is a mixture of two.  (Of
# ENGINE_FLAGS the labels themselves know what decides their numbers, and
# merge-db refuses a mixture; a launch command may change.)
export MORSEL_KNOBS := $(foreach k,ENGINE PRIOR COMMITTEE SEED TRAIN_FLAGS \
    STRATEGY COUNT SAMPLE_FLAGS $(KNOBS),$(k)=$(strip $($(k)));)

$(DIR)/knobs: force
	@mkdir -p $(DIR)
	@printf '%s\n' "$$MORSEL_KNOBS" | tr ';' '\n' | sed 's/^ //' >$@.part
	@if test ! -e $@; then \
	    mv $@.part $@; \
	elif ! diff $@ $@.part >&2; then \
	    echo '$(DIR) was made with other knobs (<) than these (>):' \
	        'remove it, or give another DIR' >&2; \
	    rm $@.part; exit 2; \
	fi
	@rm -f $@.part

# One round ------------------------------------------------------------------

round: $(now)/verdict

label := $(tool)dft-single --engine=$(ENGINE) $(ENGINE_FLAGS) \
    --ledger=$(DIR)/ledger.tsv
parts := $(foreach i,$(shell seq $(TASKS)),$(now)/labels-$(i).xyz)

# Round 0 labels the start; every other asks what its model made of it.
ifeq ($(ROUND),0)
$(now)/asked.xyz: $(START)
	@mkdir -p $(@D)
	cp $< $@.part && mv $@.part $@

$(now)/db.xyz: $(now)/labels.xyz
	$(tool)merge-db -o $@ $<
else
$(now)/model: $(prev)/db.xyz
	@mkdir -p $(@D)
	$(tool)train --quiet --prior=$(PRIOR) --committee=$(COMMITTEE) \
	    --seed=$(seed) $(TRAIN_FLAGS) -o $@ $< $(or_no)

$(now)/traj.xyz: $(now)/model $(START)
	$(SIMULATE) -o $@ $(START) $(or_no)

$(now)/asked.xyz: $(now)/traj.xyz $(prev)/db.xyz
	$(tool)sample --strategy=$(STRATEGY) --count=$(COUNT) \
	    --seed=$(seed) --known=$(prev)/db.xyz $(SAMPLE_FLAGS) -o $@ $< $(or_no)

$(now)/db.xyz: $(prev)/db.xyz $(now)/labels.xyz
	$(tool)merge-db -o $@ $^ $(or_no)
endif

# A batch is TASKS commands; each label is on the disk before the next begins.
$(parts): $(now)/labels-%.xyz: $(now)/asked.xyz
	$(label) --quiet --task=$*/$(TASKS) -o $@ --failed=$(now)/failed-$*.xyz \
	    $< $(or_no)

$(now)/labels.xyz: $(parts)
	$(tool)merge-db -o $@ $^ $(or_no)

$(now)/verdict: $(now)/labels.xyz $(now)/db.xyz
	$(CONVERGED) -o $(DIR)/final.xyz $< >$@.part $(or_no)
	@mv $@.part $@

# Report ---------------------------------------------------------------------

# A line per round, also of a run that is under way.
report:
	@{ printf '# round\tlabels\tenergy/eV\tfmax/(eV/A)\tml_energy/eV\t'; \
	printf 'sigma_f/(eV/A)\n'; labels=0; \
	for round in $$(seq 0 $(MAX_ROUNDS)); do \
	    test -e $(DIR)/$$round/verdict || break; \
	    labels=$$((labels + $$(grep -c '^[0-9][0-9]*$$' \
	        $(DIR)/$$round/asked.xyz))); \
	    awk -f $(here)summary.awk round=$$round labels=$$labels \
	        $(DIR)/$$round/verdict $(DIR)/$$round/labels.xyz; \
	done; } >$(DIR)/summary.tsv.part
	@mv $(DIR)/summary.tsv.part $(DIR)/summary.tsv
	@column -t -s "$$(printf '\t')" $(DIR)/summary.tsv 2>/dev/null || \
	    cat $(DIR)/summary.tsv
	@if command -v gnuplot >/dev/null; then \
	    gnuplot -e "in='$(DIR)/summary.tsv'; out='$(DIR)/learning.svg'; \
	        fmax=$(FMAX)" $(here)learning.gp; \
	fi

# Help -----------------------------------------------------------------------

help:
	@sed -n '/^[^#]/q;s/^# \{0,1\}//p' $(PIPELINE)
	@sed -n 's/^\([A-Z_]*\) *?= *\(.*\)## *\(.*\)/\1=\2@\3/p' $(PIPELINE) \
	    $(here)common.mk | awk -F @ '{ printf "  %-22s %s\n", $$1, $$2 }'

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all round report help force
