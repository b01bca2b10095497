#include "mix.h"

#include "response.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/la.h>

enum { HISTORY = 10 };

/* How much of a residual that nothing screens is added: molecules and
 * insulators respond by a little more than nothing. */
#define GAPPED 0.8

struct mixer {
    const struct problem *problem;
    int n;          /* numbers of a density: nspin ng */
    double *norm;   /* [n] weight of |residual|^2 in the electrostatic energy */
    int held, next; /* of the history */
    double complex *in[HISTORY]; /* [n] densities tried */
    double complex *residual[HISTORY];
    struct response *response; /* NULL: none */
};

/*
 * The electrostatic energy of a charge, volume/2 sum 4 pi |rho|^2 / G^2, in
 * which G and -G count.  A magnetization has none: its weight is that of a
 * charge at |G| = 2 / bohr, about where the exchange of opposite spins is.
 */
static double norm_of(const struct problem *p, int spin, int i)
{
    double half = i == 0 ? 0.5 : 1, volume = p->crystal.volume;

    if (spin == 1)
        return half * volume * M_PI;
    return i == 0 ? 0 : half * volume * 4 * M_PI / p->grid.g2[i];
}

struct mixer *mixer_new(const struct problem *p)
{
    struct mixer *m = xcalloc(1, sizeof(*m));

    m->problem = p;
    m->n = p->nspin * p->grid.ng;
    m->norm = xcalloc(m->n, sizeof(*m->norm));
    for (int s = 0; s < p->nspin; s++)
        for (int i = 0; i < p->grid.ng; i++)
            m->norm[s * p->grid.ng + i] = norm_of(p, s, i);
    return m;
}

void mixer_reset(struct mixer *m)
{
    m->held = m->next = 0;
}

void mixer_free(struct mixer *m)
{
    for (int i = 0; i < HISTORY; i++) {
        free(m->in[i]);
        free(m->residual[i]);
    }
    response_free(m->response);
    free(m->norm);
    free(m);
}

size_t mixer_memory(int ng, int nspin)
{
    return (size_t)2 * HISTORY * nspin * ng * sizeof(double complex);
}

void mixer_respond(struct mixer *m, const double complex *d)
{
    response_free(m->response);
    m->response =
        d ? response_new(&m->problem->crystal, &m->problem->grid, d) : NULL;
}

static double inner(const struct mixer *m, const double complex *a,
                    const double complex *b)
{
    double sum = 0;

    for (int i = 0; i < m->n; i++)
        sum += m->norm[i] * creal(conj(a[i]) * b[i]);
    return sum;
}

double mixer_norm(const struct mixer *m, double complex *const *residual)
{
    return inner(m, residual[0], residual[0]);
}

static int last(const struct mixer *m)
{
    return (m->next + HISTORY - 1) % HISTORY;
}

static void remember(struct mixer *m, const double complex *in,
                     const double complex *out)
{
    int k = m->next;

    if (!m->in[k]) {
        m->in[k] = xcalloc(m->n, sizeof(*m->in[k]));
        m->residual[k] = xcalloc(m->n, sizeof(*m->residual[k]));
    }
    for (int i = 0; i < m->n; i++) {
        m->in[k][i] = in[i];
        m->residual[k][i] = out[i] - in[i];
    }
    m->next = (k + 1) % HISTORY;
    m->held += m->held < HISTORY;
}

/*
 * c[i] that minimizes |R_last + sum c_i (R_i - R_last)|^2 over the others of
 * the history, by the eigenvalues of the matrix of scalar products: those
 * below 1e-12 of the largest are noise, and left out.
 */
static void coefficients(const struct mixer *m, double c[HISTORY])
{
    double a[HISTORY * HISTORY], w[HISTORY], b[HISTORY];
    const double complex *r = m->residual[last(m)];
    double complex *d[HISTORY];
    int n = 0, of[HISTORY];
    struct err err;

    memset(c, 0, HISTORY * sizeof(*c));
    for (int k = 0; k < m->held; k++) {
        if (k == last(m))
            continue;
        d[n] = xcalloc(m->n, sizeof(*d[n]));
        for (int i = 0; i < m->n; i++)
            d[n][i] = m->residual[k][i] - r[i];
        of[n++] = k;
    }
    for (int i = 0; i < n; i++) {
        double scale = sqrt(inner(m, d[i], d[i]));

        w[i] = scale > 0 ? 1 / scale : 0;
    }
    for (int i = 0; i < n; i++) {
        b[i] = -w[i] * inner(m, d[i], r);
        for (int j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] = w[i] * w[j] * inner(m, d[i], d[j]);
    }
    double scale[HISTORY];
    memcpy(scale, w, sizeof(scale));
    if (n > 0 && la_eig_sym(n, a, w, &err) == 0)
        for (int k = 0; k < n; k++) {
            double t = 0;

            for (int i = 0; i < n; i++)
                t += a[k * n + i] * b[i];
            for (int i = 0; w[k] > 1e-12 * w[n - 1] && i < n; i++)
                c[of[i]] += scale[i] * a[k * n + i] * t / w[k];
        }
    for (int i = 0; i < n; i++)
        free(d[i]);
}

/* x = sum of c over the history, the last with what is left to 1. */
static void combine(const struct mixer *m, const double c[HISTORY],
                    double complex *const *of, double complex *x)
{
    double rest = 1;

    for (int k = 0; k < m->held; k++)
        rest -= c[k];
    for (int i = 0; i < m->n; i++)
        x[i] = rest * of[last(m)][i];
    for (int k = 0; k < m->held; k++)
        for (int i = 0; c[k] != 0 && i < m->n; i++)
            x[i] += c[k] * of[k][i];
}

void mixer_next(struct mixer *m, double complex **rho_in,
                double complex *const *rho_out)
{
    double c[HISTORY];
    double complex *step = xcalloc(m->n, sizeof(*step));

    remember(m, rho_in[0], rho_out[0]);
    coefficients(m, c);
    combine(m, c, m->in, rho_in[0]);
    combine(m, c, m->residual, step);
    if (m->response)
        response_screen(m->response, step);
    for (int i = 0; i < m->n; i++)
        rho_in[0][i] += (m->response ? 1 : GAPPED) * step[i];
    free(step);
}
