# md_shared.py JSON: dynamics of the shared reference, made by ASE, by simulate:
# positions and velocities after 1, 10 and 100 steps.  Its frames are written
# with eight decimals here, no more than which can be asked for.
import json
import subprocess
import sys

from ase import Atoms
from ase.constraints import FixAtoms
from ase.io import read, write

fs = 1e5 * (1.66053906660e-27 / 1.602176634e-19) ** 0.5
worst = 0
for name, case in json.load(open(sys.argv[1])).items():
    atoms = Atoms(case['symbols'], case['positions'], cell=case['cell'],
                  pbc=case['pbc'])
    atoms.set_constraint(FixAtoms(case['fixed']))
    atoms.set_velocities(case['velocities_ase_units'])
    write('shared.xyz', atoms, format='extxyz',
          columns=['symbols', 'positions', 'momenta', 'move_mask'])
    for dt, run in case['runs'].items():
        step = float(dt[2:]) * 0.098226947884640634 * fs
        subprocess.run(['simulate', 'md', '-q', '--drift=keep', '-n', '100',
                        '--oracle=dft-single -q --engine=emt',
                        f'--timestep={step!r}', '-o', 'ours.xyz',
                        'shared.xyz'], check=True)
        ours = read('ours.xyz', ':')
        for n, there in run['snapshots'].items():
            here = ours[int(n)]
            off = max(abs(here.positions - there['positions']).max(),
                      abs(here.get_velocities() - there['velocities']).max())
            # 1e-8 at the start grows, and faster at large time steps
            limit = 1e-6 if dt == 'dt5.0' else 1e-7
            if off > limit:
                sys.exit(f'{name} {dt} {n}: off by {off}')
