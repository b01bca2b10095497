# What every pipeline shares: where the tools are, who labels, how a model is
# trained, and the steps of one round of offline active learning,
#
#     train -> simulate -> sample -> dft-single -> merge-db -> converged.
#
# A pipeline sets PIPELINE (its own file), KNOBS (its own knobs), SIMULATE
# (the command that walks on the model) and CONVERGED (the test of the round in
# folder $(1)), and includes this file.  Every step reads named files and writes
# a new one, whole or not at all: a run that was killed goes on, with the same
# command, at the file that is missing.
#
# A knob is a variable with a default and, after ##, a line of help.

START        ?= start.xyz## structure to begin with, extended XYZ
DIR          ?= run## folder of this run
BIN          ?=## folder of the tools, if they are not on PATH
TOOL_PREFIX  ?=## what comes before their names, as in morsel-train

ENGINE       ?= emt## who labels: see dft-single(1)
ENGINE_FLAGS ?=## options of dft-single for that engine
DFT          ?=## or both at once: dft-single --engine=pw --ecut=...
TASKS        ?= 1## parts of a batch of labels; make -j runs them at once

MODEL        ?= auto## what is trained: network, gp, sgp, or auto: train(1)
PRIOR        ?= wall## published, wall, zbl, none, a file, sums: morsel-prior(5)
COMMITTEE    ?= 5## networks in the committee
SEED         ?= 1## of weights and of random queries
TRAIN_FLAGS  ?=## more options of train(1)

STRATEGY     ?= last## whom to ask: see sample(1)
COUNT        ?= 1## frames asked in a round
SAMPLE_FLAGS ?=## more options of sample(1)

MAX_ROUNDS   ?= 30## give up after so many rounds
BUDGET       ?= 200## give up after so many labels
ROUND        ?= 0

# What a pipeline may say otherwise: how many frames START holds, what is to be
# reached, the columns of its report, the line of the round in folder $(1), what
# stands below, what the first labels, a walk and a choice must be; the threshold
# of the plot, if there is one.
frames  := $(or $(frames),1)
goal    := $(or $(goal),relaxed)
columns := $(or $(columns),energy/eV fmax/(eV/A) ml_energy/eV sigma_f/(eV/A))
row      = awk -f $(here)summary.awk round=$$round labels=$$labels \
    $(1)/verdict $(1)/labels.xyz
closing  =
begun    =
prior    = $(PRIOR)
walked   =
chosen   =
curve    = $(FMAX)
finish   = $(CONVERGED) -o $(DIR)/final.xyz >/dev/null

something = test -s $@ || { echo '$@: nothing is left to ask, and the test' \
    'says no: see $(prev)/verdict' >&2; exit 2; }

tool := $(if $(BIN),$(BIN)/)$(TOOL_PREFIX)
DFT  := $(or $(DFT),$(tool)dft-single --engine=$(ENGINE) $(ENGINE_FLAGS))
ifneq ($(BIN),)
export PATH := $(abspath $(BIN)):$(PATH)
endif
here := $(dir $(PIPELINE))
now  := $(DIR)/$(ROUND)
prev := $(DIR)/$(shell expr $(ROUND) - 1)
seed := $(shell expr $(SEED) \* 1000 + $(ROUND))
again = $(MAKE) --no-print-directory -f $(PIPELINE)

# A tool that answers "no" (1) has done its work; 2 is trouble.
or_no := || test $$? -eq 1
or_unlabelled = $(or_no)

# What the shell makes appear gets its name when it is whole and on the disk.
commit = sync $@.part && mv $@.part $@

# What cannot work is refused before anything is made ------------------------

# Names go through make and the shell as they are: blanks, and what either
# takes for more than a letter, would be lost on the way.
odd   := ' " ` $$ \# ; & | < > ( ) * ? [ ] { } ~ ! \ % :
found  = $(filter-out 1 0,$(words $(value $1)))$(strip $(foreach c,$(odd),\
    $(findstring $c,$($1)))$(if $(filter file,$(origin $1)),,$(findstring \
    $$,$(value $1))))
plain  = $(if $(found),$(error $1 must hold neither blanks nor $(odd)))

whole  = $(if $(filter 0,$(shell expr 'x$($1)' : 'x[0-9][0-9]*$$')),$(error \
    $1 must be a whole number))

ifeq ($(filter help,$(MAKECMDGOALS)),)
$(foreach k,SEED TASKS MAX_ROUNDS BUDGET,$(call whole,$k))
$(if $(DIR),,$(error DIR is empty: say DIR=FOLDER))
$(call plain,DIR)
$(call plain,START)
$(call plain,BIN)
ifeq ($(wildcard $(START))$(filter report,$(MAKECMDGOALS)),)
$(error there is no file '$(START)': say START=FILE, a structure as \
    extended XYZ)
endif
ifeq ($(shell command -v $(tool)dft-single),)
$(error there is no $(tool)dft-single: say BIN=FOLDER, where the tools of \
    morsel are, or have them on PATH)
endif
endif

# Of a band: has a round labelled an image between the ends?  And of one whose
# ends stay as they are: are they minima?
inner_label = grep -Eqs ' image=($(shell seq -s '|' $$(($(IMAGES) - 2))))( |$$)' \
    $(DIR)/[1-9]*/labels.xyz
minima = LC_ALL=C awk -v fmax=$(FMAX) -f $(here)html.awk \
    -f $(here)frames.awk -f $(here)ends.awk $< >&2

# The loop -------------------------------------------------------------------

# With make -n the loop ends after the first round that is not done.
dry := $(findstring n,$(firstword -$(MAKEFLAGS)))

budget_spent = $(tool)converged --criterion=budget --budget=$(BUDGET) \
    --ledger=$(DIR)/ledger.tsv >/dev/null

# One make per round.  A round that was begun is ended, whatever the budget:
# its labels are paid.  The test comes after the verdict is on the disk, so
# that a run killed between them finds its result.
all:
	@mkdir -p $(DIR)
	+@$(if $(dry),,$(own)) $(again) begin || exit 2; \
	for round in $$(seq 0 $(MAX_ROUNDS)); do \
	    test ! -e $(DIR)/final.xyz || break; \
	    in=$(DIR)/$$round; \
	    if test ! -e $$in/verdict; then \
	        test $$round -eq 0 || test -e $$in || { $(budget_spent); \
	            case $$? in 0) break ;; 1) ;; *) exit 2 ;; esac; }; \
	        $(again) ROUND=$$round round || exit 2; \
	        $(if $(dry),exit 0;) cat $$in/verdict; \
	    fi; \
	    $(call finish,$$in) || test $$? -eq 1 || exit 2; \
	done; \
	$(again) report || exit 2; \
	test -e $(DIR)/final.xyz || { \
	    if $(budget_spent); then limit='BUDGET=$(BUDGET) labels'; \
	    else limit='MAX_ROUNDS=$(MAX_ROUNDS) rounds'; fi; \
	    echo "$(DIR): not $(goal) after $$limit: with more it goes on" >&2; \
	    exit 1; }

# Two runs in one folder would write over each other.  The lock lasts as long
# as any process of the run, also one that outlives a kill of the others.
own = exec 9>$(DIR)/lock; \
    if command -v flock >/dev/null && ! flock -w 5 9; then \
        echo '$(DIR) is in use by another run, or what is left of one' >&2; \
        exit 2; \
    fi;

# The knobs are written down at the start: no run is a mixture of two.  (Of
# ENGINE_FLAGS and DFT the labels themselves know what decides their numbers, and
# merge-db refuses a mixture; a launch command may change.)
export MORSEL_KNOBS := $(foreach k,ENGINE TASKS MODEL PRIOR COMMITTEE SEED \
    TRAIN_FLAGS STRATEGY COUNT SAMPLE_FLAGS $(KNOBS),$(k)=$(strip $($(k)));)

# How the labels were made, for the report, as of the last start.
export MORSEL_DFT := $(if $(BIN),$(subst $(BIN)/,,$(DFT)),$(DFT))

# The structure is copied: round 0 asks about it, the others begin with it.
# As long as it has no label it may still be another.
begin: $(DIR)/knobs
	@mkdir -p $(DIR)/0
	@if cmp -s $(START) $(DIR)/0/asked.xyz; then \
	    exit 0; \
	elif test -e $(DIR)/0/labels.xyz; then \
	    echo '$(DIR) was begun with another structure than $(START):' \
	        'remove it, or give another DIR' >&2; exit 2; \
	fi; \
	cp $(START) $(DIR)/0/asked.part && sync $(DIR)/0/asked.part && \
	    mv $(DIR)/0/asked.part $(DIR)/0/asked.xyz
	@if test ! -e $(DIR)/final.xyz; then \
	    { printf 'command %s\n' "$$MORSEL_DFT" && \
	      $(tool)dft-single --version | sed 's/^/version /'; } \
	        >$(DIR)/engine.part && mv $(DIR)/engine.part $(DIR)/engine; \
	fi

$(DIR)/knobs: force
	@LC_ALL=C awk -v wanted=$(frames) -v name=$(notdir $(PIPELINE)) \
	    -f $(here)html.awk -f $(here)frames.awk -f $(here)start.awk \
	    $(START) >&2
	@mkdir -p $(DIR)
	@printf '%s\n' "$$MORSEL_KNOBS" | tr ';' '\n' | sed 's/^ //' >$@.part
	@if test ! -e $@; then \
	    $(commit); \
	elif ! diff $@ $@.part >&2; then \
	    echo '$(DIR) was made with other knobs (<) than these (>):' \
	        'remove it, or give another DIR' >&2; \
	    rm $@.part; exit 2; \
	fi
	@rm -f $@.part

# One round ------------------------------------------------------------------

round: $(now)/verdict

label := $(DFT) --ledger=$(DIR)/ledger.tsv
parts := $(foreach i,$(shell seq $(TASKS)),$(now)/labels-$(i).xyz)

# Round 0 labels the start; every other asks what its model made of it.
ifeq ($(ROUND),0)
$(now)/asked.xyz:
	@test -e $@ # begin has made it

$(now)/db.xyz: $(now)/labels.xyz
	@test -s $< || { echo '$(START): no label, so nothing to learn from:' \
	    'remove $(DIR) to try again' >&2; exit 2; }
	@$(begun)
	$(tool)merge-db -o $@ $<
else
$(now)/model: $(prev)/db.xyz
	@mkdir -p $(@D)
	$(tool)train --quiet --prior=$(prior) \
	    $(if $(filter network,$(MODEL)),,--model=$(MODEL)) \
	    $(if $(filter gp,$(MODEL)),,--committee=$(COMMITTEE)) \
	    $(if $(filter-out 1,$(ROUND)),--before=$(prev)/model) \
	    --seed=$(seed) $(TRAIN_FLAGS) -o $@ $< $(or_no)

$(now)/traj.xyz: $(now)/model $(DIR)/0/asked.xyz
	$(SIMULATE) -o $@ $(DIR)/0/asked.xyz $(or_no)
	@$(walked)

$(now)/asked.xyz: $(now)/traj.xyz $(prev)/db.xyz
	$(tool)sample --strategy=$(STRATEGY) --count=$(COUNT) \
	    --seed=$(seed) --known=$(prev)/db.xyz $(SAMPLE) $(SAMPLE_FLAGS) \
	    -o $@ $< $(or_no)
	@$(chosen)

$(now)/db.xyz: $(prev)/db.xyz $(now)/labels.xyz
	$(tool)merge-db -o $@ $^ $(or_no)
endif

# A batch is TASKS commands; each label is on the disk before the next begins.
$(parts): $(now)/labels-%.xyz: $(now)/asked.xyz
	$(label) --quiet --task=$*/$(TASKS) -o $@ --failed=$(now)/failed-$*.xyz \
	    $< $(or_unlabelled)

ifeq ($(LABELLED)-$(ROUND),1-0)
$(now)/labels.xyz: $(now)/asked.xyz
	@: >>$(DIR)/ledger.tsv # nothing was asked
	$(tool)merge-db -o $@ $<
else
$(now)/labels.xyz: $(parts)
	$(tool)merge-db -o $@ $^ $(or_no)
endif

$(now)/verdict: $(now)/labels.xyz $(now)/db.xyz
	$(call CONVERGED,$(@D)) >$@.part $(or_no)
	@$(commit)

# Report ---------------------------------------------------------------------

# A page of all that a run is, in one file that can be mailed.
report_awk := html plot frames atoms run asked curves result model path \
    dynamics report

# A line per round, also of a run that is under way.  One point is no plot.
report:
	@{ printf '# round\tlabels'; printf '\t%s' $(patsubst %,'%',$(columns)); \
	printf '\n'; labels=0; \
	round=0; while test -e $(DIR)/$$round/verdict; do \
	    test $$round -eq 0 -a '$(LABELLED)' = 1 || \
	        labels=$$((labels + $$(grep -c '^[0-9][0-9]*$$' \
	            $(DIR)/$$round/asked.xyz))); \
	    $(call row,$(DIR)/$$round); \
	    round=$$((round + 1)); \
	done; } >$(DIR)/summary.tsv.part
	@mv $(DIR)/summary.tsv.part $(DIR)/summary.tsv
	@column -t -s "$$(printf '\t')" $(DIR)/summary.tsv 2>/dev/null || \
	    cat $(DIR)/summary.tsv
	@if test -n '$(curve)' && command -v gnuplot >/dev/null; then \
	    gnuplot -e "in='$(DIR)/summary.tsv'; out='$(DIR)/plot.part'; \
	        fmax=$(curve); band=$(words $(filter barrier/eV,$(columns)))" \
	        $(here)learning.gp 2>/dev/null && \
	        mv $(DIR)/plot.part $(DIR)/learning.svg || \
	        rm -f $(DIR)/plot.part; \
	fi
	@$(closing)
	@cd $(DIR) && LC_ALL=C awk $(report_awk:%=-f '$(here)%.awk') \
	    $(notdir $(PIPELINE)) '$(here)' >report.html.part && \
	    mv report.html.part report.html

# Help -----------------------------------------------------------------------

help:
	@sed -n '/^[^#]/q;s/^# \{0,1\}//p' $(PIPELINE)
	@sed -n 's/^\([A-Z_]*\) *?= *\(.*\)## *\(.*\)/\1=\2@\3/p' $(PIPELINE) \
	    $(here)common.mk | awk -F @ '{ split($$1, name, "=") } \
	    !seen[name[1]]++ { printf "  %-22s %s\n", $$1, $$2 }'

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all begin round report help force
