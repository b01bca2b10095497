# ase_neb.py ENDS IMAGES METHOD CLIMB BAND: does ASE, on its own
# effective-medium theory, move the band between ENDS to where the last frames
# of BAND are?  Positions to 1e-8 angstrom, the barrier to 2e-4 eV: ASE samples
# the cubics at 20 points between images, and takes the highest.
import sys

import numpy as np
from ase.calculators.emt import EMT
from ase.io import read
from ase.neb import NEB, NEBTools
from ase.optimize import BFGS

ends, n, method, climb, band = sys.argv[1:]
first, last = read(ends, ':')
n = int(n)
images = [first.copy() for _ in range(n - 1)] + [last.copy()]
for image in images:
    image.calc = EMT()
neb = NEB(images, k=0.1, climb=climb == 'T',
          method={'improved': 'improvedtangent'}.get(method, method))
neb.interpolate()
BFGS(neb, logfile=None).run(fmax=0.05, steps=200)
ours = read(band, f'-{n}:')
worst = max(np.abs(a.positions - b.positions).max()
            for a, b in zip(ours, images))
barrier = NEBTools(images).get_barrier()[0]
off = ours[0].info['barrier'] - barrier
if worst > 1e-8 or not -1e-9 < off < 2e-4:
    sys.exit(f'off by {worst} angstrom, {off} eV')
