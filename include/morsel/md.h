#ifndef MORSEL_MD_H
#define MORSEL_MD_H

#include <stdbool.h>

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Molecular dynamics.  Units: eV, angstrom, amu, and so FS_PER_TIME for times
 * and sqrt(amu eV) for momenta, as in ASE.  The caller owns the loop:
 *
 *     md_init(&md, &params, &a, mass, seed);
 *     md_draw(&md, &a, kt);
 *     for (step = 0;; step++) {
 *         evaluate(&a, &energy, forces, stress);
 *         md_arrive(&md, &a, forces, stress);
 *         ... here positions and momenta are those of one time ...
 *         if (step == steps)
 *             break;
 *         md_depart(&md, &a, forces, kt);
 *     }
 *     md_release(&md);
 *
 * Newton's equations are integrated by velocity Verlet, half a kick B at both
 * ends of a flight A of the time dt:
 *
 *     B:  p <- p + dt/2 f        A:  x <- x + dt p / m
 *
 * W. C. Swope et al., J. Chem. Phys. 76, 637 (1982).  Coordinates that may
 * not move (a->move) have no momentum and do not count.
 *
 * Thermostats hold the temperature kt (eV).  With K the kinetic energy and n
 * the number of degrees of freedom:
 *
 * MD_NVE        none.  B A B
 *
 * MD_BERENDSEN  at the beginning of a step momenta are scaled by
 *
 *                   sqrt(1 + dt/tau (n kt / 2 K - 1)),
 *
 *               but not below 0.9 or above 1.1, as ASE has it.  It brings a
 *               system to kt, but holds it in no known ensemble: K fluctuates
 *               too little.  H. J. C. Berendsen et al., J. Chem. Phys. 81,
 *               3684 (1984).
 *
 * MD_LANGEVIN   friction 1/tau and noise on each coordinate, in the order
 *               B A/2 O A/2 B, "BAOAB", with the exact solution of
 *               Ornstein and Uhlenbeck,
 *
 *                   O:  p <- c p + sqrt((1 - c^2) m kt) R,  c = exp(-dt/tau),
 *
 *               R a standard normal number.  Of all such orders this is best
 *               for averages over positions: exact in a harmonic well at any
 *               dt that is stable.  There the kinetic energy is low by the
 *               factor 1 - (omega dt)^2 / 4.  B. Leimkuhler and C. Matthews,
 *               J. Chem. Phys. 138, 174102 (2013).
 *
 * MD_BDP        stochastic velocity rescaling: after a step all momenta are
 *               scaled, with c = exp(-dt/tau) and n normal numbers R, to
 *
 *                   K <- c K + (1 - c) kt/2 sum_i R_i^2
 *                            + 2 R_1 sqrt(c (1 - c) K kt/2),
 *
 *               which is canonical and leaves directions alone.  G. Bussi,
 *               D. Donadio and M. Parrinello, J. Chem. Phys. 126, 014101
 *               (2007), eq. A7.
 *
 * MD_NHC        Nose-Hoover chains of three, of masses Q_1 = n kt tau^2 and
 *               Q_k = kt tau^2: deterministic, and canonical where it is
 *               ergodic.  G. J. Martyna, M. L. Klein and M. Tuckerman,
 *               J. Chem. Phys. 97, 2635 (1992); integrated as in
 *               G. J. Martyna et al., Mol. Phys. 87, 1117 (1996), half a step
 *               of the chain at both ends of B A B.
 */
enum thermostat { MD_NVE, MD_BERENDSEN, MD_LANGEVIN, MD_BDP, MD_NHC };

/*
 * What becomes of the motion of the whole.  A model knows no place and no
 * direction, so that without fixed coordinates the total momentum, and
 * without periodicity the angular momentum, are conserved.
 *
 * MD_DRIFT_NONE  both are removed, always, and not counted in n.  (Nothing is
 *                done if a coordinate is fixed, or there is but one atom.)
 * MD_DRIFT_KEEP  they stay, and are counted.
 * MD_DRIFT_ASE   what the NVTBerendsen of ASE 3.22 does by default: within
 *                each step, after the first B, every atom loses the mean of
 *                all momenta, even if some are fixed, which then slows the
 *                others down.
 */
enum drift { MD_DRIFT_NONE, MD_DRIFT_KEEP, MD_DRIFT_ASE };

/*
 * A barostat holds the pressure P0 of a cell that is periodic in three
 * directions and has no fixed atoms: stochastic cell rescaling, isotropic.  The
 * pressure of the moment, from the stress of the potential, is
 *
 *     P = (2 K / 3 + W) / V,   W = -V tr(stress) / 3.
 *
 * After the first B of a step the root of the volume, lambda = sqrt(V), goes
 *
 *     by  -rate lambda / 2 (P0 - P - kt / 2 V) dt + sqrt(rate kt dt / 2) R,
 *
 * R a standard normal number; cell and positions are scaled by (V' / V)^(1/3),
 * and momenta by its inverse.  rate is the compressibility over the time
 * constant tau_p, and decides how fast, not which volumes are visited: those
 * are, if the thermostat is canonical, but for an error of first order in dt,
 *
 *     p(V) dV ~ exp(-P0 V / kt) Z(V) dV,
 *
 * so that <P> = P0 and <P V> = P0 <V> - kt.  Z is that of momenta with n
 * degrees of freedom: of an ideal gas, V has the gamma distribution of shape
 * n / 3 + 1 and <V> = (n / 3 + 1) kt / P0, which is (N + 1) kt / P0 if a drift
 * stays, and N kt / P0 if it is removed.
 * M. Bernetti and G. Bussi, J. Chem. Phys. 153, 114107 (2020).
 */

enum { MD_CHAIN = 3 }; /* thermostats in a chain */

struct md_params {
    enum thermostat thermostat;
    enum drift drift;
    double dt;       /* FS_PER_TIME fs, > 0 */
    double tau;      /* the same; > 0 unless MD_NVE */
    bool barostat;   /* not with MD_NVE: */
    double pressure; /* P0, eV/angstrom^3 */
    double rate;     /* angstrom^3/eV per FS_PER_TIME fs, >= 0 */
};

struct md {
    struct md_params p;
    int natoms, n; /* atoms; coordinates that may move */
    int *at;       /* [n] 3 atom + direction */
    double *mass;  /* [n] amu */
    double *mom;   /* [n] momenta, sqrt(amu eV) */
    bool still;    /* the total momentum is removed, */
    bool upright;  /* and the angular momentum */
    int ndof;      /* degrees of freedom: n less what is removed; >= 0 */
    bool moving;   /* between md_depart() and md_arrive() */
    double kt;     /* of the step that is under way, eV */
    double heat;   /* that thermostat and barostat have brought in, eV */
    struct rng rng;
    double v[MD_CHAIN]; /* of the chain, 1 / FS_PER_TIME fs */

    /* with a barostat: */
    double volume, virial; /* V, W at the last md_arrive(), angstrom^3, eV */
    double before;         /* lambda before the step under way, 0: none is, */
    double pull;           /* what drove it, over the rate, */
    double squeezed;       /* and K after it */
};

/*
 * At rest.  mass [natoms] (amu) may be NULL: the elements'.  The coordinates
 * that may move are those of a->move, now.
 */
void md_init(struct md *m, const struct md_params *p, const struct atoms *a,
             const double *mass, uint64_t seed);
void md_release(struct md *m);

/* Momenta of the canonical ensemble at kt (eV), without drift. */
void md_draw(struct md *m, const struct atoms *a, double kt);

/*
 * Take, or give, momenta [natoms][3], sqrt(amu eV); those of coordinates that
 * may not move are left out, and given as 0.  A drift is removed.
 */
void md_take(struct md *m, const struct atoms *a, const double *momenta);
void md_give(const struct md *m, double *momenta);

/* Kinetic energy, eV; temperature, K, 0 without a degree of freedom. */
double md_kinetic(const struct md *m);
double md_temperature(const struct md *m);

/* With a barostat: the pressure of the moment, eV/angstrom^3. */
double md_pressure(const struct md *m);

/*
 * What is conserved, up to the error of the integrator, if the potential
 * energy is `energy` and kt is constant: the total energy, with a barostat the
 * enthalpy, less what thermostat and barostat have brought in.  For MD_NHC it
 * is the energy of system and chain.
 */
double md_conserved(const struct md *m, double energy);

/*
 * The end of a step, from the forces [natoms][3] (eV/angstrom) where it led,
 * and for a barostat the stress [3][3] (eV/angstrom^3), else NULL; nothing
 * moves if none is under way.  And the first part of the next, at kt (eV),
 * which moves a, and with a barostat its cell.
 */
void md_arrive(struct md *m, const struct atoms *a, double (*forces)[3],
               double (*stress)[3]);
void md_depart(struct md *m, struct atoms *a, double (*forces)[3], double kt);

/*
 * All that a later process needs to go on to the bit.  md_get() goes into m
 * fresh from md_init(); ERR_FORMAT if b is of another thermostat, drift, time
 * step or number of free coordinates, or if only one of the two has a barostat.
 * kt, tau, pressure and rate may change.
 */
void md_put(const struct md *m, struct bin *b);
int md_get(struct md *m, struct bin *b, struct err *err) MORSEL_MUST_CHECK;

#endif
