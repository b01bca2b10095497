# Find a barrier with few DFT calls: the model learns from the ends, the least
# known images and the highest image of its own bands, until DFT agrees that
# both ends are minima and the highest image is a saddle point.
#
#   make -f neb.mk START=ends.xyz ENGINE=qe ENGINE_FLAGS='...'
#   make -f neb.mk START=relaxed.xyz RELAX_ENDS=0 LABELLED=1
#   make -f neb.mk report        table, plot and barrier of a run, so far
#   make -f neb.mk direct        the control: no model, every step a label
#
# START holds two frames, the ends, with atoms in the same order.  With
# RELAX_ENDS=0 they stay as they are, and their labels must say that they are
# relaxed: where not, the run ends before it costs more.  A run is a
# folder, DIR; in it a folder for each round, ledger.tsv with a line per label,
# summary.tsv with a line per round, learning.svg, and in the end final.xyz: the
# band, whose ends and saddle point are as labelled.  Killed, it goes on with
# the same command.
#
# Knobs and their defaults:

PIPELINE := $(abspath $(lastword $(MAKEFILE_LIST)))
KNOBS    := IMAGES RELAX_ENDS LABELLED FMAX END_TWIN SADDLE_FMAX ML_FMAX \
    CLIMB SIGMA_E THRESHOLD STOP END_STOP END_PRIOR MAX_STEP MAX_STEPS \
    METHOD CRITERION SIMULATE_FLAGS

IMAGES         ?= 5## images of the band, ends included
RELAX_ENDS     ?= 1## 0: START is relaxed already
LABELLED       ?= 0## 1: START has labels of this engine and settings
FMAX           ?= 0.05## largest force on a free atom of an end, eV/angstrom
END_TWIN       ?= 0.1## a verified end is that of a band within so far, angstrom
SADDLE_FMAX    ?= $(FMAX)## the same at the saddle point
ML_FMAX        ?= 0.01## the same of ends and band on the model
CLIMB          ?= 0.5## the highest image climbs below this force
SIGMA_E        ?= 0.1## largest spread of an energy on the final band, eV
THRESHOLD      ?= 2## an image is certain up to this ml_sigma_f, eV/angstrom
STOP           ?= 1.5## stop a walk at this ml_sigma_f; 0: never
END_STOP       ?= $(4-unless-STOP)## until there is a label between the ends; 4, or as STOP
MAX_STEP       ?= 0.2## longest move of an atom in a step, angstrom
MAX_STEPS      ?= 300## of an end, and of the band
METHOD         ?= bfgs## bfgs, lbfgs, fire
CRITERION      ?= neb and sigma-e## when it is done: see converged(1)
SIMULATE_FLAGS ?=## more options of simulate(1)

MODEL          ?= gp## what is trained: network, gp, sgp or auto
PRIOR          ?= published## see morsel-prior(5)
END_PRIOR      ?= $(wall-unless-PRIOR)## the same; wall, or the PRIOR that was given
STRATEGY       ?= neb## whom to ask: see sample(1)

# What is said of STOP or PRIOR holds from the beginning.
4-unless-STOP     = $(if $(filter file,$(origin STOP)),4,$(STOP))
wall-unless-PRIOR = $(if $(filter file,$(origin PRIOR)),wall,$(PRIOR))

BAND = --fmax=$(ML_FMAX) --method=$(METHOD) --max-step=$(MAX_STEP) \
    --max-steps=$(MAX_STEPS) --images=$(IMAGES) --climb=$(CLIMB) \
    $(if $(filter 1,$(RELAX_ENDS)),--relax-ends) $(SIMULATE_FLAGS)

# As long as no image between the ends is labelled, the model knows nothing
# there, and does not know it: two alike ends have taught it that all is flat.
# So the first question is about the band it begins with, and until then the
# prior is what relaxes with the fewest labels; that of saddle points comes then,
# with less trust: a band may slide far where a walk may not.
between  = $(inner_label)
stop     = $(if $(filter-out 0,$1),--stop-uncertainty=$1)
SIMULATE = $(tool)simulate neb --quiet --model=$(now)/model $(BAND) \
    $$(if $(between); then echo $(call stop,$(STOP)); \
    else echo --only-start $(call stop,$(END_STOP)); fi)
SAMPLE   = $(if $(filter neb,$(STRATEGY)),--end-fmax=$(FMAX) \
    --end-twin=$(END_TWIN) \
    --threshold=$$($(between) && echo $(THRESHOLD) || echo 0))

CONVERGED = $(tool)converged --criterion='$(CRITERION)' --fmax=$(FMAX) \
    --saddle-fmax=$(SADDLE_FMAX) --sigma-e=$(SIGMA_E) \
    --end-twin=$(END_TWIN) \
    --trajectory=$$(ls $(1)/traj.xyz 2>/dev/null || echo /dev/null) $(1)/db.xyz

frames  := 2
goal    := verified
columns := barrier/eV fmax/(eV/A) ends-fmax/(eV/A) sigma_e/eV

include $(dir $(PIPELINE))common.mk

begun   = $(if $(filter 0,$(RELAX_ENDS)),$(minima))
prior   = $$($(between) && echo $(PRIOR) || echo $(END_PRIOR))
row     = awk -f $(here)summary-neb.awk round=$$round labels=$$labels \
    $(1)/verdict $$(ls $(1)/traj.xyz 2>/dev/null)
closing = test ! -e $(DIR)/final.xyz || \
    awk -f $(here)barrier.awk $(DIR)/final.xyz

# The control: the same ends, images, step cap and forces, every step a label.
export MORSEL_ORACLE := $(DFT) --quiet --ledger=$(DIR)/direct.tsv

direct: $(DIR)/direct.xyz
$(DIR)/direct.xyz: $(START)
	@mkdir -p $(DIR)
	$(tool)simulate neb --oracle="$$MORSEL_ORACLE" $(BAND) --fmax=$(FMAX) \
	    --max-steps=1000 -o $@ $<

.PHONY: direct
