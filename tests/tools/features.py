# features.py REFERENCE.json ...: compare with what featurize says.  Beside
# them, or in $SETS, are SET.set of the sets that featurize has no name for.
import json
import math
import os
import subprocess
import sys


def worst(got, want):
    if len(got) != len(want):
        return math.inf
    scale = max([1] + [abs(x) for x in want])
    errors = [abs(x - y) / scale for x, y in zip(got, want)]
    return max([0] + [e if e == e else math.inf for e in errors])


def flat(x):
    return [z for y in x for z in flat(y)] if isinstance(x, list) else [x]


def frame(r):
    cell = ' '.join(repr(x) for x in flat(r['cell']))
    pbc = ' '.join('T' if x else 'F' for x in r['pbc'])
    lines = ['%d' % len(r['symbols']),
             ('Lattice="%s" ' % cell if any(flat(r['cell'])) else '') +
             'Properties=species:S:1:pos:R:3 pbc="%s"' % pbc]
    for s, x in zip(r['symbols'], r['positions']):
        lines.append(s + ' ' + ' '.join(repr(y) for y in x))
    return '\n'.join(lines) + '\n'


def vjp(dg):
    out = [[0, 0, 0] for _ in dg]
    for i, of_atom in enumerate(dg):
        for s, row in enumerate(of_atom):
            w = math.cos(1 + 0.37 * i + 0.11 * s)
            for j, v in enumerate(row):
                for x in range(3):
                    out[j][x] += w * v[x]
    return out


def same_functions(got, want):
    for f, g in zip(got, want):
        if f.keys() != g.keys():
            return False
        for k in f:
            near = f[k] == g[k] or (not isinstance(f[k], (str, list)) and
                                    abs(f[k] - g[k]) < 1e-15)
            if not near:
                return False
    return len(got) == len(want)


bad = 0
total = 0
for path in sys.argv[1:]:
    r = json.load(open(path))
    name = r['descriptor']['name']
    if name not in ('paper', 'neb'):
        name = os.path.join(os.environ['SETS'], name + '.set')
    run = subprocess.run(
        os.environ.get('RUN', '').split() +
        ['featurize', '--format=json', '--derivatives', '--set=' + name,
         '--elements=' + ','.join(r['elements'])],
        input=frame(r), capture_output=True, text=True)
    if run.returncode:
        print('# %s: %s' % (path, run.stderr.strip()))
        bad += 1
        continue
    got = json.loads(run.stdout)
    errors = [worst(flat(got['G']), flat(r['G'])),
              worst(flat(vjp(got['dG'])), flat(r['vjp']))]
    if 'dG' in r:
        errors.append(worst(flat(got['dG']), flat(r['dG'])))
    ok = same_functions(got['functions'], r['descriptor']['functions'])
    total = max([total] + errors)
    if not ok or max(errors) > 1e-11:
        print('# %s: functions %s, errors %s' % (path, ok, errors))
        bad += 1
print('%d of %d wrong; worst error %.1e' % (bad, len(sys.argv) - 1, total))
sys.exit(bad > 0)
