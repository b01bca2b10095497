# ase_cell.py HOW START WALK: does ASE's UnitCellFilter, on its own effective-
# medium theory, take atoms and cell to where the walk ends?
import sys

import numpy as np
from ase.calculators.emt import EMT
from ase.constraints import UnitCellFilter
from ase.io import read
from ase.optimize import BFGS

how, start, walk = sys.argv[1:]
atoms = read(start)
atoms.calc = EMT()
options = {'full': {}, 'volume': {'hydrostatic_strain': True},
           'xy': {'mask': [1, 1, 0, 0, 0, 1]}}[how]
optimizer = BFGS(UnitCellFilter(atoms, **options), logfile=None)
optimizer.run(fmax=0.01, steps=300)
ours = read(walk, ':')
worst = max(np.abs(ours[-1].cell.array - atoms.cell.array).max(),
            np.abs(ours[-1].positions - atoms.positions).max())
if optimizer.nsteps != len(ours) - 1 or worst > 1e-9:
    sys.exit(f'{len(ours) - 1} steps, not {optimizer.nsteps}; '
             f'off by {worst} angstrom')
