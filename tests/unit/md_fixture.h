#ifndef TESTS_UNIT_MD_FIXTURE_H
#define TESTS_UNIT_MD_FIXTURE_H

#include <check.h>

#include <morsel/md.h>

/* kT of most tests, eV: 46 K, where the cluster is solid. */
#define KT 0.004

/*
 * Springs of 1 eV/angstrom^2 to where each atom of argon was put, on a line
 * 5 angstrom apart: omega = 1 / sqrt(m), and every answer is known.
 */
struct atoms argon(int natoms);
void springs(const struct atoms *a, double (*f)[3]);

/* A square pyramid of five, near its minimum. */
struct atoms cluster(void);

/* Lennard-Jones, epsilon = 0.1 eV, sigma = 2 angstrom, no cutoff: energy. */
double lennard_jones(const struct atoms *a, double (*f)[3]);

/* At rest; its seed is 7. */
struct md dynamics(const struct atoms *a, enum thermostat thermostat, double dt,
                   double tau);

/* Mean and variance of numbers. */
struct moments {
    double n, sum, square;
};
void note(struct moments *s, double x);
double mean(const struct moments *s);
double variance(const struct moments *s);

/* Over a run of the cluster: the largest change of what is conserved, and of
 * the energy (out), eV. */
double energy_error(enum thermostat thermostat, double dt, int steps,
                    double *change);

/* What thermostats do, in md_thermostat.c. */
TCase *md_thermostat_tests(void);

/* What the barostat does, in md_barostat.c. */
TCase *md_barostat_tests(void);

#endif
