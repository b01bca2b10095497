#include "atom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xc.h>

/*
 * Kohn and Sham's equations of a sphere (Phys. Rev. 140, A1133 (1965)): levels
 * of each l in local potential + projectors + mean field + xc of the density,
 * filled from below, until the field is that of its own levels.
 */
enum {
    PER_L = 6, /* levels kept of each l */
    MAX_STEPS = 200,
    DEPTH = 8, /* of the mixing */
};
/*
 * Smearing of Fermi and Dirac, hartree: a broad one first, since an f level
 * moves by more than its width for a hundredth of an electron.
 */
static const struct {
    double width, tolerance; /* of r times the field, hartree bohr */
} stages[] = {{0.05, 0.3}, {0.02, 0.1}, {0.01, 1e-5}};

static const double bound = -0.02; /* empty levels below are kept */
static const double mixed = 0.4;

struct field {
    struct gaussians *basis; /* [PSEUDO_MAX_L + 1] */
    struct level *level;     /* [nlevels] */
    int nlevels;
    double smearing;       /* hartree */
    double v[ATOM_POINTS]; /* mean field and xc, hartree */
    xc_func_type x, c;
};

static double radius(int k)
{
    return (k + 1) * ATOM_STEP;
}

/* Occupations ------------------------------------------------------------- */

static double fill(struct field *f, double mu)
{
    double sum = 0;

    for (int i = 0; i < f->nlevels; i++) {
        struct level *s = &f->level[i];
        double x = (s->energy - mu) / f->smearing;

        s->occupation =
            x > 100 ? 0 : 2 * (2 * s->l + 1) / (1 + exp(fmax(x, -100)));
        sum += s->occupation;
    }
    return sum;
}

/* mu by bisection: the sum of occupations ascends with it. */
static void occupy(struct field *f, double zion)
{
    double low = -1e4, high = 1e4, sum;

    for (int i = 0; i < 100; i++) {
        double mu = (low + high) / 2;

        if (fill(f, mu) < zion)
            low = mu;
        else
            high = mu;
    }
    sum = fill(f, high);
    for (int i = 0; i < f->nlevels; i++)
        f->level[i].occupation *= zion / sum;
}

/* Fields ------------------------------------------------------------------ */

/*
 * U = r V solves U'' = -4 pi r rho = -s, U(0) = 0 and U(R) = all electrons.
 * B. Numerov's rule, error h^4: U_k+1 - 2 U_k + U_k-1 = -h^2/12 (s_k+1 + 10 s_k
 * + s_k-1).  What it finds outwards is right but for a multiple of r.
 */
static void add_hartree(const double *electrons, double *v)
{
    double u[ATOM_POINTS], s[ATOM_POINTS], total = 0, slope;

    for (int k = 0; k < ATOM_POINTS; k++) {
        s[k] = electrons[k] / (ATOM_STEP * radius(k));
        total += electrons[k];
    }
    u[0] = 0;
    u[1] = -ATOM_STEP * ATOM_STEP / 12 * (s[1] + 10 * s[0]);
    for (int k = 1; k + 1 < ATOM_POINTS; k++)
        u[k + 1] =
            2 * u[k] - u[k - 1] -
            ATOM_STEP * ATOM_STEP / 12 * (s[k + 1] + 10 * s[k] + s[k - 1]);
    slope = (total - u[ATOM_POINTS - 1]) / radius(ATOM_POINTS - 1);
    for (int k = 0; k < ATOM_POINTS; k++)
        v[k] += u[k] / radius(k) + slope;
}

static void add_xc(const struct field *f, const double *electrons, double *v)
{
    double rho[ATOM_POINTS], vx[ATOM_POINTS], vc[ATOM_POINTS];

    for (int k = 0; k < ATOM_POINTS; k++)
        rho[k] = electrons[k] / (ATOM_STEP * 4 * M_PI * radius(k) * radius(k));
    xc_lda_vxc(&f->x, ATOM_POINTS, rho, vx);
    xc_lda_vxc(&f->c, ATOM_POINTS, rho, vc);
    for (int k = 0; k < ATOM_POINTS; k++)
        v[k] += vx[k] + vc[k];
}

/* To begin with: electrons in a shell like exp(-r), of the atom's size. */
static void first_field(struct field *f, double zion)
{
    double electrons[ATOM_POINTS], sum = 0;

    for (int k = 0; k < ATOM_POINTS; k++) {
        electrons[k] = radius(k) * radius(k) * exp(-2 * radius(k));
        sum += electrons[k];
    }
    for (int k = 0; k < ATOM_POINTS; k++)
        electrons[k] *= zion / sum;
    memset(f->v, 0, sizeof f->v);
    add_hartree(electrons, f->v);
    add_xc(f, electrons, f->v);
}

/* Levels, density and field of the field f->v: out. */
static int field_of(struct field *f, struct atom *a, double *out,
                    struct err *err)
{
    double v[ATOM_POINTS];

    for (int k = 0; k < ATOM_POINTS; k++)
        v[k] = a->local[k] + f->v[k];
    f->nlevels = 0;
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        int n = PER_L;
        int ret =
            gaussians_solve(&f->basis[l], v, &n, f->level + f->nlevels, err);

        if (ret < 0)
            return ret;
        f->nlevels += n;
    }
    occupy(f, a->zion);
    memset(a->electrons, 0, sizeof a->electrons);
    for (int i = 0; i < f->nlevels; i++)
        for (int k = 0; k < ATOM_POINTS; k++)
            a->electrons[k] +=
                f->level[i].occupation * f->level[i].u[k] * f->level[i].u[k];
    memset(out, 0, sizeof f->v);
    add_hartree(a->electrons, out);
    add_xc(f, a->electrons, out);
    return 0;
}

/* Mixing ------------------------------------------------------------------ */

/*
 * D. G. Anderson, J. ACM 12, 547 (1965): step along what remains of the
 * residual when its part in the span of earlier differences is taken off.
 * These are made orthonormal, the youngest first, so that no equations are
 * left to solve and the oldest lose what the others have.
 */
struct mixing {
    int n;                                 /* steps so far */
    double v[ATOM_POINTS], f[ATOM_POINTS]; /* of the step before */
    double dv[DEPTH][ATOM_POINTS], df[DEPTH][ATOM_POINTS]; /* a ring */
};

static double product(const double *x, const double *y)
{
    double sum = 0;

    for (int k = 0; k < ATOM_POINTS; k++)
        sum += x[k] * y[k] * radius(k) * radius(k);
    return sum;
}

static void subtract(double a, const double *x, double *y)
{
    for (int k = 0; k < ATOM_POINTS; k++)
        y[k] -= a * x[k];
}

/* Difference i to those before it; false if nothing is left of it. */
static bool orthonormalize(double dv[DEPTH][ATOM_POINTS],
                           double df[DEPTH][ATOM_POINTS], int i)
{
    double before = product(df[i], df[i]), length;

    for (int j = 0; j < i; j++) {
        double p = product(df[j], df[i]);

        subtract(p, dv[j], dv[i]);
        subtract(p, df[j], df[i]);
    }
    length = product(df[i], df[i]);
    if (!(length > 1e-12 * before))
        return false;
    length = sqrt(length);
    for (int k = 0; k < ATOM_POINTS; k++) {
        dv[i][k] /= length;
        df[i][k] /= length;
    }
    return true;
}

/* From v and its residual f to the next v. */
static void mix(struct mixing *m, double *v, double *f)
{
    double dv[DEPTH][ATOM_POINTS], df[DEPTH][ATOM_POINTS];
    int last = m->n - 1, depth = m->n < DEPTH ? m->n : DEPTH;
    int n = 0;

    if (m->n > 0)
        for (int k = 0; k < ATOM_POINTS; k++) {
            m->dv[last % DEPTH][k] = v[k] - m->v[k];
            m->df[last % DEPTH][k] = f[k] - m->f[k];
        }
    memcpy(m->v, v, sizeof m->v);
    memcpy(m->f, f, sizeof m->f);
    m->n++;
    for (int i = 0; i < depth; i++) {
        memcpy(dv[n], m->dv[(last - i) % DEPTH], sizeof dv[n]);
        memcpy(df[n], m->df[(last - i) % DEPTH], sizeof df[n]);
        if (orthonormalize(dv, df, n)) {
            double p = product(df[n], f);

            subtract(p, dv[n], v);
            subtract(p, df[n], f);
            n++;
        }
    }
    subtract(-mixed, f, v);
}

/* The atom ---------------------------------------------------------------- */

void atom_init(struct atom *a, const struct pseudo *p)
{
    *a =
        (struct atom){.zion = p->zion, .nbeta = p->nbeta, .l = p->l, .d = p->d};
    a->beta = xcalloc((size_t)p->nbeta * ATOM_POINTS, sizeof(*a->beta));
}

void atom_release(struct atom *a)
{
    free(a->beta);
    free(a->level);
    *a = (struct atom){0};
}

static int by_energy(const void *a, const void *b)
{
    double x = ((const struct level *)a)->energy;
    double y = ((const struct level *)b)->energy;

    return (x > y) - (x < y);
}

static void keep_levels(struct atom *a, struct field *f)
{
    qsort(f->level, f->nlevels, sizeof(*f->level), by_energy);
    a->level = xcalloc(f->nlevels, sizeof(*a->level));
    for (int i = 0; i < f->nlevels; i++)
        if (f->level[i].occupation > 0.01 || f->level[i].energy < bound)
            a->level[a->nlevels++] = f->level[i];
}

/* Until r times the residual is below the tolerance. */
static int iterate(struct atom *a, struct field *f, double tolerance,
                   struct err *err)
{
    struct mixing *m = xcalloc(1, sizeof(*m));
    double out[ATOM_POINTS];
    int ret = 0;

    a->converged = false;
    while (!a->converged && a->steps < MAX_STEPS) {
        double error = 0;

        ret = field_of(f, a, out, err);
        if (ret < 0)
            break;
        subtract(1, f->v, out);
        for (int k = 0; k < ATOM_POINTS; k++)
            error = fmax(error, fabs(out[k] * radius(k)));
        a->converged = error < tolerance;
        mix(m, f->v, out);
        a->steps++;
    }
    free(m);
    return ret;
}

int atom_solve(struct atom *a, struct err *err)
{
    struct field f = {0};
    int ret = 0;

    f.basis = xcalloc(PSEUDO_MAX_L + 1, sizeof(*f.basis));
    f.level = xcalloc((size_t)(PSEUDO_MAX_L + 1) * PER_L, sizeof(*f.level));
    xc_func_init(&f.x, XC_LDA_X, XC_UNPOLARIZED);
    xc_func_init(&f.c, XC_LDA_C_PW, XC_UNPOLARIZED);
    for (int l = 0; ret == 0 && l <= PSEUDO_MAX_L; l++)
        ret = gaussians_init(&f.basis[l], l, a, err);
    first_field(&f, a->zion);
    for (size_t i = 0; ret == 0 && i < sizeof stages / sizeof *stages; i++) {
        f.smearing = stages[i].width;
        ret = iterate(a, &f, stages[i].tolerance, err);
    }
    if (ret == 0)
        keep_levels(a, &f);
    xc_func_end(&f.x);
    xc_func_end(&f.c);
    free(f.basis);
    free(f.level);
    return ret;
}

int atom_start(struct atom *a, struct pseudo *p, struct start *s, double qmax,
               struct err *err)
{
    double r[ATOM_POINTS];
    int ret = atom_solve(a, err);

    if (ret < 0)
        return ret;
    p->norbitals = a->nlevels;
    p->orbital_l = xcalloc(a->nlevels, sizeof(*p->orbital_l));
    p->orbital_occupation = xcalloc(a->nlevels, sizeof(*p->orbital_occupation));
    for (int i = 0; i < a->nlevels; i++) {
        p->orbital_l[i] = a->level[i].l;
        p->orbital_occupation[i] = a->level[i].occupation;
    }
    for (int k = 0; k < ATOM_POINTS; k++)
        r[k] = radius(k);
    start_init(s, ATOM_POINTS, r, a->nlevels, p->orbital_l);
    memcpy(s->density.w, a->electrons, sizeof a->electrons);
    for (int i = 0; i < a->nlevels; i++)
        for (int k = 0; k < ATOM_POINTS; k++)
            s->orbital[i].w[k] =
                4 * M_PI * radius(k) * sqrt(ATOM_STEP) * a->level[i].u[k];
    start_tabulate(s, a->zion, qmax);
    return 0;
}
