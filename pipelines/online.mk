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
# with its label.
SIMULATE = $(tool)simulate $(MODE) --quiet --model=$(now)/model $($(MODE)) \
    --stop-uncertainty=$(TOL) --stop-ratio=$(RATIO) $(SIMULATE_FLAGS) \
    --checkpoint=$(now)/state $(if $(filter-out 1,$(ROUND)), \
        --restart=$(prev)/state --label=$(prev)/labels.xyz)

ifeq ($(MODE),relax)
CONVERGED = $(tool)converged --fmax=$(FMAX) $(1)/labels.xyz
else
CONVERGED = $(tool)converged --criterion=steps --steps=$(STEPS) \
    --trajectory=$$(ls $(1)/traj.xyz 2>/dev/null || echo /dev/null)
goal     := at its end
endif

include $(dir $(PIPELINE))common.mk

# A stretch begins with the frame at which the one before it ended.
whole   = i=1; walk=; while test -e $(DIR)/$$i/traj.xyz; do \
        walk="$$walk $(DIR)/$$i/traj.xyz"; i=$$((i + 1)); \
    done; \
    test -z "$$walk" || { awk -f $(here)stretches.awk $$walk >$(1).part && \
        sync $(1).part && mv $(1).part $(1); }
closing = $(call whole,$(DIR)/walk.xyz)
ifeq ($(MODE),md)
finish  = { $(CONVERGED) >/dev/null && { $(call whole,$(DIR)/final.xyz); }; }
endif
