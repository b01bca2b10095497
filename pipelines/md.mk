# Molecular dynamics on a model that learns from the walks that it makes
# itself, until the forces on their frames are as good as asked.
#
#   make -f md.mk START=slab.xyz TEMPERATURE=300 STEPS=2000 ENGINE=qe ...
#   make -f md.mk report        table, plot and page of a run, so far
#   make -f md.mk direct        the control: no model, every step a label
#
# A run is a folder, DIR; in it a folder for each round, ledger.tsv with a line
# per label, summary.tsv with a line per round, and in the end
# final.xyz: the walk on the model whose forces the labels of COUNT of its frames
# have found good.  These are all that is asked: no DFT is spent on a test set.
# Of a walk that stopped in doubt its last frame alone is asked, the one that tells
# something new.  Killed, it goes on with the same command.
#
# Knobs and their defaults:

PIPELINE := $(abspath $(lastword $(MAKEFILE_LIST)))
KNOBS    := STEPS TEMPERATURE THERMOSTAT TAU TIMESTEP EVERY FORCE_ERROR STOP \
    CRITERION SIMULATE_FLAGS

STEPS          ?= 2000## of a walk
TEMPERATURE    ?= 300## kelvin; T1:T2 is a ramp
THERMOSTAT     ?= bdp## none, berendsen, langevin, bdp, nhc
TAU            ?= 100## time constant of the thermostat, fs
TIMESTEP       ?= 1## fs
EVERY          ?= 10## every so many steps are a frame
FORCE_ERROR    ?= 0.05## mean size of an error of a force component, eV/angstrom
STOP           ?= 1## end a walk at this ml_sigma_f, eV/angstrom; 0: never
CRITERION      ?= force-mae and steps## when it is done: see converged(1)
SIMULATE_FLAGS ?=## more options of simulate(1)

STRATEGY       ?= last+random
COUNT          ?= 10
MAX_ROUNDS     ?= 200

md = --temperature=$(TEMPERATURE) --thermostat=$(THERMOSTAT) --tau=$(TAU) \
    --timestep=$(TIMESTEP) --steps=$(STEPS) --seed=$(SEED)
SIMULATE  = $(tool)simulate md --quiet --model=$(now)/model $(md) \
    --every=$(EVERY) --stop-uncertainty=$(STOP) $(SIMULATE_FLAGS)
SAMPLE    = $$(grep -q reason=uncertainty $(now)/traj.xyz && \
    echo --strategy=last --count=1)
CONVERGED = $(tool)converged --criterion='$(CRITERION)' --steps=$(STEPS) \
    --force-error=$(FORCE_ERROR) --samples=$(COUNT) \
    --trajectory=$$(ls $(1)/traj.xyz 2>/dev/null || echo /dev/null) \
    $(1)/labels.xyz
goal     := as good as asked
columns  := energy/eV tested ml_energy/eV sigma_f/(eV/A)

include $(dir $(PIPELINE))common.mk

chosen = $(something)
finish = { $(CONVERGED) >/dev/null && cp $(1)/traj.xyz $(DIR)/final.part && \
    sync $(DIR)/final.part && mv $(DIR)/final.part $(DIR)/final.xyz; }

export MORSEL_ORACLE := $(DFT) --quiet --ledger=$(DIR)/direct.tsv

direct: $(DIR)/direct.xyz
$(DIR)/direct.xyz: $(START)
	@mkdir -p $(DIR)
	$(tool)simulate md --oracle="$$MORSEL_ORACLE" $(md) -o $@ $<

.PHONY: direct
