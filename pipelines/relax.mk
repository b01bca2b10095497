# Relax a structure with few DFT calls: the model learns from the structures
# that it itself takes for relaxed, until DFT agrees with one of them.
#
#   make -f relax.mk START=slab.xyz ENGINE=qe ENGINE_FLAGS='...'
#   make -f relax.mk report        table, plot and page of a run, so far
#   make -f relax.mk direct        the control: no model, every step a label
#
# A run is a folder, DIR; in it a folder for each round, ledger.tsv with a
# line per label, summary.tsv with a line per round, learning.svg, report.html
# with all of it, and in the end final.xyz: the structure whose DFT force is
# below FMAX, as labelled.  Killed, it goes on with the same command.
#
# Knobs and their defaults:

PIPELINE := $(abspath $(lastword $(MAKEFILE_LIST)))
KNOBS    := FMAX ML_FMAX MAX_STEP METHOD STOP_SIGMA_E SIMULATE_FLAGS

FMAX           ?= 0.05## largest force on a free atom, eV/angstrom
ML_FMAX        ?= 0.02## the same for the model, which costs nothing
STOP_SIGMA_E   ?= 1## end a walk where the energy is this unsure, eV; 0: never
METHOD         ?= bfgs## bfgs, lbfgs, fire
MAX_STEP       ?= 0.2## longest move of an atom in a step, angstrom
SIMULATE_FLAGS ?=## more options of simulate(1)

SIMULATE  = $(tool)simulate relax --quiet --model=$(now)/model $(RELAX) \
    --stop-sigma-e=$(STOP_SIGMA_E)
CONVERGED = $(tool)converged --fmax=$(FMAX) $(1)/labels.xyz
RELAX     = --fmax=$(ML_FMAX) --method=$(METHOD) --max-step=$(MAX_STEP) \
    $(SIMULATE_FLAGS)

include $(dir $(PIPELINE))common.mk

# The control: the same structure, step cap and force, every step a label.
export MORSEL_ORACLE := $(DFT) --quiet --ledger=$(DIR)/direct.tsv

direct: $(DIR)/direct.xyz
$(DIR)/direct.xyz: $(START)
	@mkdir -p $(DIR)
	$(tool)simulate relax --oracle="$$MORSEL_ORACLE" --fmax=$(FMAX) \
	    --method=$(METHOD) --max-step=$(MAX_STEP) --max-steps=1000 -o $@ $<

.PHONY: direct
