# ase_steps.py METHOD START WALK: does ASE, on its own effective-medium theory,
# go where the walk goes?  Positions of every frame to 1e-9 angstrom.
import sys

import numpy as np
from ase.calculators.emt import EMT
from ase.io import read
from ase.optimize import BFGS, FIRE, LBFGS

method, start, walk = sys.argv[1:]
ours = read(walk, ':')
atoms = read(start)
atoms.calc = EMT()
optimizer = {'bfgs': BFGS, 'lbfgs': LBFGS, 'fire': FIRE}[method](
    atoms, logfile=None)
there = []
optimizer.attach(lambda: there.append(atoms.positions.copy()))
optimizer.run(fmax=0.05)
if len(ours) != len(there):
    sys.exit(f'{len(ours)} frames, not {len(there)}')
worst = max(np.abs(a.positions - b).max() for a, b in zip(ours, there))
energy = ours[-1].get_potential_energy() - atoms.get_potential_energy()
if worst > 1e-9 or abs(energy) > 1e-9:
    sys.exit(f'off by {worst} angstrom, {energy} eV')
