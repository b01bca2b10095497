#!/usr/bin/python3
"""Make frames of the reference calculations of ABINIT and Quantum ESPRESSO.

usage: dft_cases.py FOLDER PSEUDO [CASE.CODE ...] >cases.xyz

FOLDER holds CASE.CODE.json, PSEUDO the potentials that are no GTH; without
names, all cases with norm-conserving potentials are taken, GTH by ABINIT, whose
PBE is that of libxc, the others by the code that reads the same files.  A frame
has the options of dft-single in `options`, what the code found in keys of the
names of dft-single --verbose (eV) and in the column forces (eV/angstrom), and
who says so in `origin`.
"""

import glob
import json
import os
import sys

FAMILY = {'fixed': 'none'}


def options(j, pseudo):
    """The command line of the calculation."""
    words = ['--ecut=%.12g' % j['ecut_eV'],
             '--kpoints=' + ','.join(map(str, j['kgrid'])),
             '--kshift=' + ','.join(map(str, j['kshift_half'])),
             '--grid=' + ','.join(map(str, j['fft'][0])),
             '--smearing=' + FAMILY.get(j['smearing'], j['smearing']),
             '--xc=' + ('LDA' if 'PADE' in j['pseudopotential'] else 'PBE')]
    if j['width_eV']:
        words.append('--sigma=%.12g' % j['width_eV'])
    if j['nspin'] == 2:
        words.append('--spin')
    files = j['psp_files']
    if not all(f.startswith('gth/') for f in files.values()):
        words.append('--pseudo=' + ','.join(
            f'{e}={pseudo}/{f}' for e, f in sorted(files.items())))
    return ' '.join(words)


def numbers(j):
    """What can be compared, under our names."""
    c = j['components_eV']
    shift = 0
    n = {'free_energy': j['energy_eV'], 'hartree': c['hartree'],
         'xc': c['xc']}
    if j['code'] == 'abinit':
        n['ewald'] = c['Ewald energy']
        n['kinetic'] = c['kinetic']
        n['local'] = c['local_psp'] + c['psp_core']
        n['nonlocal'] = c['non_local_psp']
        # its potentials have no mean: add that of the local one
        shift = c['psp_core'] / electrons(j)
        entropy = c.get('-kT*entropy')
    else:
        n['ewald'] = c['ewald']
        n['one_electron'] = c['one_electron']
        entropy = c.get('smearing_minus_TS')
    if entropy is not None:
        n['minus_ts'] = entropy
        n['fermi'] = j['fermi_eV'] + shift
    # of the first spin, at the first k-point
    states = j['eigenvalues_k1_eV'][:j['nbands']]
    n['eigenvalues'] = [e + shift for e in states]
    n['k1'] = j['kpoints'][0][:3]
    return n


def electrons(j):
    """Of the neutral cell: the GTH files are named by their charges."""
    return sum(int(j['psp_files'][s].split('-q')[1].split('.')[0])
               for s in j['symbols'])


def text(x):
    """A value of extended XYZ."""
    if isinstance(x, list):
        return '"' + ' '.join('%.9f' % v for v in x) + '"'
    return '%.9f' % x


def suitable(folder):
    """The cases that are ours to compare with."""
    names = []
    for path in sorted(glob.glob(folder + '/*.json')):
        with open(path, encoding='ascii') as f:
            j = json.load(f)
        files = j.get('psp_files', {}).values()
        gth = all(f.startswith('gth/') for f in files)
        upf = all(f.startswith('nc-') and f.endswith('.upf') for f in files)
        # ABINIT has another cold smearing
        best = 'abinit' if gth and j['smearing'] != 'mv' else 'qe'
        if (files and (gth or upf) and j['code'] == best and
                not j['smearing'].startswith('cold_abinit')):
            names.append(os.path.basename(path)[:-len('.json')])
    return names


def main():
    """Frames of all that is asked for."""
    folder, pseudo = sys.argv[1:3]
    for name in sys.argv[3:] or suitable(folder):
        j = json.load(open(f'{folder}/{name}.json', encoding='ascii'))
        moment = j['magnetization'] if j['nspin'] == 2 else None
        cell = ' '.join('%.12g' % x for row in j['cell_A'] for x in row)
        print(j['natoms'])
        print(f'Lattice="{cell}" Properties=species:S:1:pos:R:3:forces:R:3'
              + (':initial_magmoms:R:1' if moment else '')
              + f' name={j["case"]} origin="{j["code"]} {j["version"]}"'
              f' options="{options(j, pseudo)}" '
              + ' '.join(f'{k}={text(v)}' for k, v in numbers(j).items())
              + ' pbc="T T T"')
        for s, r, f in zip(j['symbols'], j['positions_A'], j['forces_eV_A']):
            row = ['%.12g' % x for x in r] + ['%.9f' % x for x in f]
            if moment:
                row.append('%.12g' % (moment / j['natoms']))
            print(s, *row)


main()
