# Learn on the way: the walk goes on a model as long as that is sure of itself;
# where it is not, DFT is asked, and the walk goes on from there with DFT's
# forces, and then on a model that knows them.
#
#   make -f online.mk START=slab.xyz ENGINE=qe ENGINE_FLAGS='...'
#   make -f online.mk MODE=md STEPS=5000 TEMPERATURE=500 START=...
#   make -f online.mk report        table, plot and page of a run, so far
#
# A run is a folder, DIR; in it a folder for each stretch of the walk, ledger.tsv
# with a line per label, summary.tsv with a line per stretch, walk.xyz, all
# stretches in one, and in the end final.xyz: with MODE=relax the structure whose
# DFT force is below FMAX, as labelled; with MODE=md the whole walk.  Killed, it
# goes on with the same command.
#
# Knobs and their defaults:

PIPELINE := $(abspath $(lastword $(MAKEFILE_LIST)))
KNOBS    := MODE TOL RATIO FMAX ML_FMAX MAX_STEP METHOD STEPS TEMPERATURE \
    THERMOSTAT TIMESTEP EVERY SIMULATE_FLAGS

MODE           ?= relax## relax, md
TOL            ?= 0.1## ask DFT where ml_sigma_f is above this, eV/angstrom ...
RATIO          ?= 0## ... and above so many times the largest force there
FMAX           ?= 0.05## relax: largest force on a free atom, eV/angstrom
ML_FMAX        ?= 0.02## relax: the same for the model
METHOD         ?= bfgs## relax: bfgs, lbfgs, fire
MAX_STEP       ?= 0.2## relax: longest move of an atom in a step, angstrom
STEPS          ?= 1000## at most
TEMPERATURE    ?= 300## md: kelvin; T1:T2 is a ramp
THERMOSTAT     ?= bdp## md: none, berendsen, langevin, bdp, nhc
TIMESTEP       ?= 1## md: fs
EVERY          ?= 1## md: every so many steps are a frame
SIMULATE_FLAGS ?=## more options of simulate(1)

# Where the walk waits is what is asked, however near to what is known.
SAMPLE_FLAGS   ?= --twin=0
MAX_ROUNDS     ?= 200

relax = --fmax=$(ML_FMAX) --method=$(METHOD) --max-step=$(MAX_STEP) \
    --max-steps=$(STEPS)
md    = --steps=$(STEPS) --temperature=$(TEMPERATURE) --seed=$(SEED) \
    --thermostat=$(THERMOSTAT) --timestep=$(TIMESTEP) --every=$(EVERY)
ifeq ($(filter relax md,$(MODE)),)
$(error MODE must be relax or md)
endif

# The first stretch begins at START, all others where the one before ended,
# with what DFT says there.
SIMULATE = $(tool)simulate $(MODE) --quiet --model=$(now)/model $($(MODE)) \
    --stop-uncertainty=$(TOL) --stop-ratio=$(RATIO) $(SIMULATE_FLAGS) \
    --checkpoint=$(now)/state --label=$(prev)/labels.xyz \
    $(if $(filter-out 1,$(ROUND)),--restart=$(prev)/state)

ifeq ($(MODE),relax)
CONVERGED = $(tool)converged --fmax=$(FMAX) $(1)/labels.xyz
else
CONVERGED = $(tool)converged --criterion=steps --steps=$(STEPS) \
    --trajectory=$$(ls $(1)/traj.xyz 2>/dev/null || echo /dev/null)
goal     := at its end
columns  := energy/eV step ml_energy/eV sigma_f/(eV/A)
endif

include $(dir $(PIPELINE))common.mk

# A walk that has been answered by DFT and has not gone on from there would ask
# the same for ever.
walked = test $$(grep -c Properties= $@) -gt 1 || \
    ! grep -q free_energy= $@ || { echo '$@: the walk does not go on from' \
    "where it has a label: $$(grep -o 'reason=[a-z]*' $@)" >&2; exit 2; }

# Where there is no label, the walk waits for one.
or_unlabelled = || { test $$? -ne 1 || echo '$@: no label, and the walk' \
    'waits for it: the same command asks again' >&2; exit 2; }

# A stretch begins with the frame at which the one before it ended.
stretched = i=1; walk=; while test -e $(DIR)/$$i/traj.xyz; do \
        walk="$$walk $(DIR)/$$i/traj.xyz"; i=$$((i + 1)); \
    done; \
    test -z "$$walk" || { awk -f $(here)stretches.awk $$walk >$(1).part && \
        sync $(1).part && mv $(1).part $(1); }
closing = $(call stretched,$(DIR)/walk.xyz)
ifeq ($(MODE),md)
curve   =
row     = awk -f $(here)summary.awk round=$$round labels=$$labels digits=0 \
    $(1)/verdict $(1)/labels.xyz
finish  = { $(CONVERGED) >/dev/null && { $(call stretched,$(DIR)/final.xyz); }; }
endif
