/*
 * Effective-medium theory.
 *
 * An atom i sits in a sphere of radius s_i that holds its charge and is
 * neutral; the tails of its neighbors' densities fill it,
 *
 *     sigma1_i = sum_j chi_ij / gamma1_i exp(-eta2_j (r - beta s0_j)) theta(r)
 *     s_i = s0_i - ln(sigma1_i / 12) / (beta eta2_i),
 *
 * and its energy is that of the sphere in a homogeneous medium, plus what the
 * overlap of atomic spheres differs from that of an fcc crystal with the same
 * s_i:
 *
 *     E_i = E0_i [(1 + x) exp(-x) - 1],  x = lambda_i (s_i - s0_i),
 *         + 6 V0_i [exp(-kappa_i (s_i - s0_i)) - sigma2_i / 12]
 *     sigma2_i = sum_j chi_ij / gamma2_i exp(-kappa_j (r / beta - s0_j))
 *                      theta(r),
 *
 * with r = r_ij and chi_ij = n0_j / n0_i.  The zero of energy is the atom in
 * its own crystal.  beta s0 is the nearest-neighbor distance there, and
 * gamma1, gamma2 make sigma1 = sigma2 = 12 there with three shells of
 * neighbors.  theta is a Fermi function that falls from 1 to 0 between the
 * third and the fourth shell of the largest element of the whole table, so
 * that an energy does not depend on what else is in the box:
 *
 *     theta(r) = 1 / (1 + exp(a (r - rc))),  theta(r4) = 1e-4,
 *     rc = (r3 + r4) / 2,  r_k = sqrt(k) beta max s0.
 *
 * Sources: K. W. Jacobsen, P. Stoltze and J. K. Norskov, Surf. Sci. 366, 394
 * (1996), for the form and the seven metals; H, C, N, O, the rounded beta,
 * theta and the sharp end of the pairs at rc + 0.5 angstrom are those of
 * ASE's calculator (3.22, asap_cutoff=False), whose energies these are.
 */
#include <morsel/engine.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* CODATA 2014, as in ASE: the parameters are in bohr, and the 2018 value
 * moves energies by 1e-8 eV. */
#define EMT_BOHR 0.5291772105638411 /* angstrom */
#define BETA 1.809   /* (16 pi / 3)^(1/3) / sqrt(2), rounded by ASE's authors */
#define PAIR_END 0.5 /* angstrom beyond rc */

struct element {
    int z;
    double e0;                  /* eV */
    double s0;                  /* bohr */
    double v0;                  /* eV */
    double eta2, kappa, lambda; /* 1/bohr */
    double n0;                  /* 1/bohr^3 */
};

static const struct element table[] = {
    {1, -3.21, 1.31, 0.132, 2.652, 2.790, 3.892, 0.00547},
    {6, -3.50, 1.81, 0.332, 1.652, 2.790, 1.892, 0.01322},
    {7, -5.10, 1.88, 0.132, 1.652, 2.790, 1.892, 0.01222},
    {8, -4.60, 1.95, 0.332, 1.652, 2.790, 1.892, 0.00850},
    {13, -3.28, 3.00, 1.493, 1.240, 2.000, 1.169, 0.00700},
    {28, -4.44, 2.60, 3.673, 1.669, 2.757, 1.948, 0.01030},
    {29, -3.51, 2.67, 2.476, 1.652, 2.740, 1.906, 0.00910},
    {46, -3.90, 2.87, 2.773, 1.818, 3.107, 2.155, 0.00688},
    {47, -2.96, 3.01, 2.132, 1.652, 2.790, 1.892, 0.00547},
    {78, -5.85, 2.90, 4.067, 1.812, 3.145, 2.192, 0.00802},
    {79, -3.80, 3.00, 2.321, 1.674, 2.873, 2.182, 0.00703},
};
enum { NELEMENT = sizeof table / sizeof *table };

/* An element in angstrom, with what follows from its parameters. */
struct species {
    double e0, v0;              /* eV */
    double s0;                  /* angstrom */
    double eta2, kappa, lambda; /* 1/angstrom */
    double n0;                  /* 1/angstrom^3 */
    double gamma1, gamma2;
};

/* theta(r) */
struct fermi {
    double rc; /* angstrom */
    double a;  /* 1/angstrom */
};

struct emt {
    struct fermi cut;
    struct species species[NELEMENT];
};

static struct fermi fermi_of_table(void)
{
    struct fermi c;
    double largest = 0;

    for (int k = 0; k < NELEMENT; k++)
        largest = fmax(largest, table[k].s0 * EMT_BOHR);
    double r3 = sqrt(3) * BETA * largest, r4 = 2 * BETA * largest;
    c.rc = (r3 + r4) / 2;
    c.a = log(9999) / (r4 - c.rc);
    return c;
}

/* theta(r), unit 1. */
static double theta(const struct fermi *c, double r)
{
    return 1 / (1 + exp(c->a * (r - c->rc)));
}

/* sum over three fcc shells of n_k / 12 exp(-decay (r_k - r_1)) theta(r_k) */
static double shells(const struct fermi *c, double r1, double decay)
{
    static const double n[] = {12, 6, 24};
    double sum = 0;

    for (int k = 0; k < 3; k++) {
        double r = r1 * sqrt(k + 1);

        sum += n[k] / 12 * exp(-decay * (r - r1)) * theta(c, r);
    }
    return sum;
}

static void emt_init(struct emt *m)
{
    m->cut = fermi_of_table();
    for (int k = 0; k < NELEMENT; k++) {
        const struct element *e = &table[k];
        struct species *p = &m->species[k];

        *p = (struct species){.e0 = e->e0,
                              .v0 = e->v0,
                              .s0 = e->s0 * EMT_BOHR,
                              .eta2 = e->eta2 / EMT_BOHR,
                              .kappa = e->kappa / EMT_BOHR,
                              .lambda = e->lambda / EMT_BOHR,
                              .n0 = e->n0 / pow(EMT_BOHR, 3)};
        p->gamma1 = shells(&m->cut, BETA * p->s0, p->eta2);
        p->gamma2 = shells(&m->cut, BETA * p->s0, p->kappa / BETA);
    }
}

/* Where the species of each atom is in the table: kind [natoms]. */
static int find_kinds(const struct atoms *a, int *kind, struct err *err)
{
    for (int i = 0; i < a->natoms; i++) {
        kind[i] = 0;
        while (kind[i] < NELEMENT && table[kind[i]].z != a->z[i])
            kind[i]++;
        if (kind[i] == NELEMENT)
            return err_set(err, ERR_RANGE,
                           "EMT has no %s: expected Al, Ni, Cu, Pd, Ag, Pt, "
                           "Au, H, C, N or O",
                           element_symbol(a->z[i]));
    }
    return 0;
}

/*
 * What neighbor q at r adds to sigma1 and sigma2 of p, and the derivatives of
 * both (1/angstrom): theta'/theta = -a (1 - theta).
 */
struct tail {
    double sigma1, sigma2, dsigma1, dsigma2;
};

static struct tail tail_of(const struct fermi *c, const struct species *p,
                           const struct species *q, double r)
{
    double part = theta(c, r), fall = c->a * (1 - part);
    double weight = q->n0 / p->n0 * part, stretch = r - BETA * q->s0;
    struct tail t;

    t.sigma1 = weight / p->gamma1 * exp(-q->eta2 * stretch);
    t.sigma2 = weight / p->gamma2 * exp(-q->kappa / BETA * stretch);
    t.dsigma1 = -t.sigma1 * (q->eta2 + fall);
    t.dsigma2 = -t.sigma2 * (q->kappa / BETA + fall);
    return t;
}

/*
 * E_i (eV) from its sums, and its derivatives by both.  Where no neighbor
 * reaches, the sphere has no size, and E_i is the cohesive energy -E0 alone.
 */
static double sphere_energy(const struct species *p, double sigma1,
                            double sigma2, double *by1, double *by2)
{
    *by1 = *by2 = 0;
    if (!(sigma1 > 0))
        return -p->e0;
    double ds = -log(sigma1 / 12) / (BETA * p->eta2);
    double x = p->lambda * ds;
    double overlap = 6 * p->v0 * exp(-p->kappa * ds);
    double by_s = -p->e0 * p->lambda * x * exp(-x) - p->kappa * overlap;

    *by1 = -by_s / (sigma1 * BETA * p->eta2);
    *by2 = -p->v0 / 2;
    return p->e0 * ((1 + x) * exp(-x) - 1) + overlap - p->v0 / 2 * sigma2;
}

/*
 * Energy of atom i (returned), whose terms of the forces and of the virial
 * dE/dstrain are added to what is there; tail [number of its neighbors] is
 * for work.
 */
static double atom_eval(const struct emt *m, const struct neighbors *nb,
                        const int *kind, int i, struct tail *tail,
                        double (*forces)[3], double virial[3][3])
{
    const struct species *p = &m->species[kind[i]];
    int first = nb->first[i], n = nb->first[i + 1] - first;
    double sigma1 = 0, sigma2 = 0, by1, by2, energy;

    for (int k = 0; k < n; k++) {
        const struct species *q = &m->species[kind[nb->j[first + k]]];

        tail[k] = tail_of(&m->cut, p, q, nb->r[first + k]);
        sigma1 += tail[k].sigma1;
        sigma2 += tail[k].sigma2;
    }
    energy = sphere_energy(p, sigma1, sigma2, &by1, &by2);
    for (int k = 0; k < n; k++) {
        const double *d = nb->d[first + k];
        double slope = by1 * tail[k].dsigma1 + by2 * tail[k].dsigma2;

        for (int x = 0; x < 3; x++) {
            double pull = slope * d[x] / nb->r[first + k];

            forces[i][x] += pull;
            forces[nb->j[first + k]][x] -= pull;
            for (int y = 0; y < 3; y++)
                virial[x][y] += pull * d[y];
        }
    }
    return energy;
}

static int most_neighbors(const struct neighbors *nb)
{
    int most = 1;

    for (int i = 0; i < nb->natoms; i++)
        if (nb->first[i + 1] - nb->first[i] > most)
            most = nb->first[i + 1] - nb->first[i];
    return most;
}

/* Energy (eV), forces (out) and virial (out; eV, dE/dstrain). */
static int emt_all(const struct atoms *a, double *energy, double (*forces)[3],
                   double virial[3][3], struct err *err)
{
    struct neighbors nb = {0};
    struct emt m;
    int *kind = xcalloc((size_t)a->natoms + 1, sizeof *kind), ret;

    emt_init(&m);
    ret = find_kinds(a, kind, err);
    if (ret == 0)
        ret = neighbors_find(&nb, a, m.cut.rc + PAIR_END, err);
    if (ret == 0) {
        struct tail *tail = xcalloc((size_t)most_neighbors(&nb), sizeof *tail);

        *energy = 0;
        memset(forces, 0, (size_t)a->natoms * sizeof *forces);
        memset(virial, 0, 9 * sizeof(double));
        for (int i = 0; i < a->natoms; i++)
            *energy += atom_eval(&m, &nb, kind, i, tail, forces, virial);
        free(tail);
    }
    neighbors_release(&nb);
    free(kind);
    return ret;
}

static int emt_label(struct engine *e, const struct frame *f,
                     struct outcome *out, struct err *err)
{
    struct atoms a = f->atoms;
    struct err why;
    int ret;

    (void)e, (void)err;
    out->forces = xcalloc((size_t)a.natoms, sizeof *out->forces);
    ret = emt_all(&a, &out->energy, out->forces, out->stress, &why);
    if (ret < 0)
        return outcome_fail(out, "refused", "%s", why.msg);
    out->free_energy = out->energy;
    out->has_stress = a.pbc[0] && a.pbc[1] && a.pbc[2];
    for (int k = 0; k < 9 && out->has_stress; k++)
        out->stress[k / 3][k % 3] /= volume3(a.cell[0], a.cell[1], a.cell[2]);
    out->ok = true;
    return 0;
}

static void emt_release(struct engine *e)
{
    *e = (struct engine){0};
}

void engine_emt(struct engine *e)
{
    *e = (struct engine){
        .name = "emt", .label = emt_label, .release = emt_release};
    engine_settings(e, "emt 1");
}
