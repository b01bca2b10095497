# ase_md.py START RUN: positions and momenta of the dynamics RUN from the frame
# START, on effective-medium theory, after 1, 10 and 100 steps of 2 fs, as ASE
# has them: lines "RUN step atom x y z px py pz".  The constants are those of
# CODATA 2018; ASE's own are of 2014.
import sys

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.io import read
from ase.md.nvtberendsen import NVTBerendsen
from ase.md.verlet import VelocityVerlet

start, run = sys.argv[1:]
fs = 1e-5 * np.sqrt(1.602176634e-19 / 1.66053906660e-27)
kelvin = 8.617333262e-5 / units.kB
atoms = read(start)
atoms.calc = EMT()
if run == 'nve':
    md = VelocityVerlet(atoms, 2 * fs)
else:
    md = NVTBerendsen(atoms, 2 * fs, temperature_K=500 * kelvin,
                      taut=40 * fs, fixcm=run == 'fixcm')
for steps in 1, 9, 90:
    md.run(steps)
    for i, (x, p) in enumerate(zip(atoms.positions, atoms.get_momenta())):
        print(run, md.nsteps, i, *(repr(float(c)) for c in (*x, *p)))
