# Learn on the way: the walk goes on a model as long as that is sure of itself;
# where it is not, DFT is asked, and the walk goes on from there with DFT's
# forces, and then on a model that knows them.
#
#   make -f online.mk START=slab.xyz ENGINE=qe ENGINE_FLAGS='...'
#   make -f online.mk MODE=md STEPS=5000 TEMPERATURE=500 START=...
#   make -f online.mk MODE=neb START=ends.xyz ...
#   make -f online.mk report        table, plot and page of a run, so far
#
# A run is a folder, DIR; in it a folder for each stretch of the walk, ledger.tsv
# with a line per label, summary.tsv with a line per stretch, walk.xyz, all
# stretches in one, and in the end final.xyz: with MODE=relax the structure
# whose DFT force is below FMAX, as labelled; with MODE=md the whole walk; with
# MODE=neb the band, whose ends and saddle point are as labelled.  Of a band the
# image in doubt is asked; one that has converged, but not as DFT says, begins
# anew on the next model.  Killed, it goes on with the same command.
#
# Knobs and their defaults:

PIPELINE := $(abspath $(lastword $(MAKEFILE_LIST)))
KNOBS    := MODE TOL RATIO FMAX ML_FMAX MAX_STEP METHOD STEPS TEMPERATURE \
    THERMOSTAT TIMESTEP EVERY IMAGES RELAX_ENDS END_TWIN SIMULATE_FLAGS

MODE           ?= relax## relax, md, neb
ifeq ($(MODE),neb)
TOL            ?= 0.5
endif
TOL            ?= 0.1## ask DFT above this ml_sigma_f, eV/angstrom (neb: 0.5) ...
RATIO          ?= 0## ... and above so many times the largest force there
FMAX           ?= 0.05## relax, neb: largest force on a free atom, eV/angstrom
ML_FMAX        ?= 0.02## relax, neb: the same for the model
METHOD         ?= bfgs## relax, neb: bfgs, lbfgs, fire
MAX_STEP       ?= 0.2## relax, neb: longest move of an atom in a step, angstrom
STEPS          ?= 1000## at most
TEMPERATURE    ?= 300## md: kelvin; T1:T2 is a ramp
THERMOSTAT     ?= bdp## md: none, berendsen, langevin, bdp, nhc
TIMESTEP       ?= 1## md: fs
EVERY          ?= 1## md: every so many steps are a frame
IMAGES         ?= 5## neb: images of the band, ends included
RELAX_ENDS     ?= 1## neb: 0: START is relaxed already
END_TWIN       ?= 0.1## neb: a label is that of an end within so far, angstrom
SIMULATE_FLAGS ?=## more options of simulate(1)

# Where the walk waits is what is asked, however near to what is known.
SAMPLE_FLAGS   ?= $(if $(filter neb,$(MODE)),,--twin=0)
MAX_ROUNDS     ?= 200## give up after so many stretches

relax = --fmax=$(ML_FMAX) --method=$(METHOD) --max-step=$(MAX_STEP) \
    --max-steps=$(STEPS)
md    = --steps=$(STEPS) --temperature=$(TEMPERATURE) --seed=$(SEED) \
    --thermostat=$(THERMOSTAT) --timestep=$(TIMESTEP) --every=$(EVERY)
neb   = $(relax) --images=$(IMAGES) $(if $(filter 1,$(RELAX_ENDS)),--relax-ends)
ifeq ($(filter relax md neb,$(MODE)),)
$(error MODE must be relax, md or neb)
endif

ifeq ($(MODE),neb)
MODEL ?= gp

# All labels may be answers, since several images may be where they were.  As
# long as none between the ends has one, two alike ends have taught the model
# that all is flat, and so the first question is about the band it begins with.
doubt    = grep -qs reason=uncertainty
between  = $(inner_label)
SIMULATE = $(tool)simulate neb --quiet --model=$(now)/model $(neb) \
    --stop-uncertainty=$(TOL) $(SIMULATE_FLAGS) --checkpoint=$(now)/state \
    --label=$(prev)/db.xyz \
    $$($(doubt) $(prev)/traj.xyz && echo --restart=$(prev)/state || \
    $(between) || echo --only-start)
SAMPLE   = $$($(doubt) $(now)/traj.xyz && echo --strategy=last --twin=0 || \
    echo --strategy=neb --end-fmax=$(FMAX) --end-twin=$(END_TWIN) \
    --threshold=$$($(between) && echo $(TOL) || echo 0))
else

# The first stretch begins at START, all others where the one before ended,
# with what DFT says there.
SIMULATE = $(tool)simulate $(MODE) --quiet --model=$(now)/model $($(MODE)) \
    --stop-uncertainty=$(TOL) --stop-ratio=$(RATIO) $(SIMULATE_FLAGS) \
    --checkpoint=$(now)/state --label=$(prev)/labels.xyz \
    $(if $(filter-out 1,$(ROUND)),--restart=$(prev)/state)
endif

ifeq ($(MODE),relax)
CONVERGED = $(tool)converged --fmax=$(FMAX) $(1)/labels.xyz
else ifeq ($(MODE),neb)
CONVERGED = $(tool)converged --criterion=neb --fmax=$(FMAX) \
    --end-twin=$(END_TWIN) \
    --trajectory=$$(ls $(1)/traj.xyz 2>/dev/null || echo /dev/null) $(1)/db.xyz
frames   := 2
goal     := verified
columns  := barrier/eV fmax/(eV/A) ends-fmax/(eV/A) sigma_f/(eV/A)
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

chosen = $(something)

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
ifeq ($(MODE),neb)
begun   = $(if $(filter 0,$(RELAX_ENDS)),$(minima))
walked  =
row     = awk -f $(here)summary-neb.awk round=$$round labels=$$labels \
    $(1)/verdict $$(ls $(1)/traj.xyz 2>/dev/null)
closing = test ! -e $(DIR)/final.xyz || \
    awk -f $(here)barrier.awk $(DIR)/final.xyz
endif
ifeq ($(MODE),md)
curve   =
row     = awk -f $(here)summary.awk round=$$round labels=$$labels digits=0 \
    $(1)/verdict $(1)/labels.xyz
finish  = { $(CONVERGED) >/dev/null && { $(call stretched,$(DIR)/final.xyz); }; }
endif
