#!/bin/sh
# ASE and we read each other's files to the bit.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

if ! /usr/bin/python3 -c 'import ase.io' 2>no-ase; then
    skip 'reading by ASE: no python3-ase'
    finish
    exit
fi

# Random frames with everything ASE can put into a file; then the file as ASE
# writes it, and what ASE reads from it and from our copy.
cat >roundtrip.py <<'PY'
import random
import sys
import warnings

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from ase.io import read, write

warnings.simplefilter('ignore')
rng = random.Random(7)
np.random.seed(7)


def value():
    n = rng.randint(1, 10)
    return rng.choice([
        lambda: rng.randint(-2**62, 2**62), lambda: rng.gauss(0, 1e3),
        lambda: rng.choice([True, False]), lambda: 10 ** rng.uniform(-300, 300),
        lambda: np.random.randn(n), lambda: np.random.randint(-9, 9, n),
        lambda: np.random.randint(0, 2, n).astype(bool),
        lambda: np.random.randn(n, 3), lambda: ['a b', 'c', '12'],
        lambda: {'a': [1, 2.5], 'b': None, 'c': 'd'}, lambda: None,
        lambda: 'word', lambda: 'two words', lambda: "it's", lambda: '{x y}',
        lambda: 'a = "b"', lambda: 'x [1]', lambda: '1 2 x', lambda: 'M\u00fc'])()


def frame(k):
    n = rng.randint(1, 8)
    a = Atoms(numbers=[rng.randint(1, 94) for _ in range(n)],
              positions=[[20 * i + rng.gauss(0, 1) for _ in range(3)]
                         for i in range(n)])
    if k % 3:
        a.cell = 300 * np.eye(3) + np.random.randn(3, 3)
        a.pbc = [rng.random() < .7 for _ in range(3)]
    for i in range(rng.randint(0, 5)):
        a.info['k%d' % i] = value()
    a.set_tags([rng.randint(0, 5) for _ in range(n)])
    a.new_array('q', np.random.randn(n, 2))
    a.new_array('name', np.array([rng.choice(['x', 'yy', '"z"'])
                                  for _ in range(n)]))
    s = np.random.randn(3, 3)
    results = {'energy': rng.gauss(0, 100) * n, 'forces': np.random.randn(n, 3)}
    if k % 3:
        results['stress'] = (s + s.T)[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    if k % 2:
        results['free_energy'] = results['energy'] - .1
    a.calc = SinglePointCalculator(a, **results)
    if k % 4 == 0 and n > 2:
        a.set_constraint(FixAtoms([0, 2]))
    return a


def same(x, y):
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return np.shape(x) == np.shape(y) and np.array_equal(x, y)
    if isinstance(x, dict):
        return x.keys() == y.keys() and all(same(x[k], y[k]) for k in x)
    return x == y


def compare(one, two):
    assert len(one) == len(two), 'number of frames'
    for k, (a, b) in enumerate(zip(one, two)):
        for what, x, y in [
                ('numbers', a.numbers, b.numbers),
                ('positions', a.positions, b.positions),
                ('cell', a.cell.array, b.cell.array), ('pbc', a.pbc, b.pbc),
                ('info', a.info, b.info), ('arrays', a.arrays, b.arrays),
                ('results', a.calc.results, b.calc.results),
                ('constraints', [c.todict() for c in a.constraints],
                 [c.todict() for c in b.constraints])]:
            if not same(x, y):
                sys.exit('frame %d: %s\n%s\n%s' % (k, what, x, y))


if sys.argv[1] == 'make':
    with open('ase.xyz', 'w') as f:
        for k in range(300):
            a = frame(k)
            columns = ['symbols', 'positions', 'tags', 'q', 'name']
            write(f, a, format='extxyz', columns=columns +
                  (['move_mask'] if a.constraints else []))
else:
    compare(read(sys.argv[2], ':'), read(sys.argv[3], ':'))
    print('same')
PY

expect 0 'ASE writes random frames' '/usr/bin/python3 roundtrip.py make'
expect 0 'we take them' \
    "$RUN merge-db --net-force=1e6 --tolerance=0 -o ours.xyz ase.xyz"
expect 0 'ASE reads the same from our copy' \
    '/usr/bin/python3 roundtrip.py compare ase.xyz ours.xyz'
expect 0 'a copy of the copy is the copy' \
    "$RUN merge-db --net-force=1e6 --tolerance=0 ours.xyz | cmp - ours.xyz"

finish
