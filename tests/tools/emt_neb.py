# emt_neb.py REFERENCE.json: bands of stored runs of ASE's NEB (k = 0.1,
# 'aseneb'), between the same ends: calls, highest image and barrier.
import json
import re
import subprocess
import sys


def write(path, case):
    with open(path, 'w') as f:
        for end in case['initial'], case['final']:
            cell = ' '.join(repr(x) for row in case['cell'] for x in row)
            f.write(f'{len(case["symbols"])}\nLattice="{cell}" pbc="T T F" '
                    'Properties=species:S:1:pos:R:3:move_mask:L:1\n')
            for i, (s, x) in enumerate(zip(case['symbols'], end['positions'])):
                free = 'F' if i in case['fixed'] else 'T'
                f.write(f'{s} {x[0]!r} {x[1]!r} {x[2]!r} {free}\n')


bad = 0
for name, case in json.load(open(sys.argv[1])).items():
    write('ends.xyz', case)
    for label, run in case['runs'].items():
        if run['interpolation'] != 'linear' or run['steps'] > 40:
            continue  # hundreds of steps of rounding are another walk
        subprocess.run(['simulate', 'neb', '-q', '--tangent=aseneb',
                        '--oracle=dft-single -q --engine=emt',
                        '--start=linear', f'--fmax={run["fmax"]}',
                        f'--images={run["images"]}',
                        f'--climb={100 if run["climb"] else 0}',
                        '-o', 'stored.xyz', 'ends.xyz'], check=True)
        text = open('stored.xyz').read()
        energies = [float(x) for x in re.findall(r'\benergy=(\S+)', text)]
        barrier = float(re.findall(r'\bbarrier=(\S+)', text)[-1])
        calls = len(energies) - run['images']
        highest = max(energies[-run['images']:]) - energies[0]
        if (calls != run['emt_calls_total'] or
                abs(highest - run['barrier_raw']) > 1e-8 or
                not -1e-9 < barrier - run['barrier_fit'] < 2e-4):
            print(name, label, calls, highest, barrier)
            bad += 1
sys.exit(bad > 0)
