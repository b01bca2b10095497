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

/*
 * What is known of the residual R(rho) are secants: that it changed by change
 * when the density was moved by move.
 */
struct mixer {
    const struct problem *problem;
    int n;        /* numbers of a density: nspin ng */
    double *norm; /* [n] weight of |residual|^2 in the electrostatic energy */
    double complex *in, *residual; /* [n] the last tried; NULL: none */
    int held, next;
    double complex *move[HISTORY], *change[HISTORY]; /* [n] */
    struct response *response;                       /* NULL: none */
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

void mixer_turn_to(struct mixer *m, const struct problem *p)
{
    m->problem = p;
    free(m->in);
    free(m->residual);
    m->in = m->residual = NULL;
    mixer_respond(m, NULL);
}

void mixer_free(struct mixer *m)
{
    if (!m)
        return;
    for (int i = 0; i < HISTORY; i++) {
        free(m->move[i]);
        free(m->change[i]);
    }
    free(m->in);
    free(m->residual);
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

/* A secant from the last density tried to this one, and this one. */
static void remember(struct mixer *m, const double complex *in,
                     const double complex *out)
{
    int k = m->next;
    bool first = !m->in;

    if (first) {
        m->in = xcalloc(m->n, sizeof(*m->in));
        m->residual = xcalloc(m->n, sizeof(*m->residual));
    } else if (!m->move[k]) {
        m->move[k] = xcalloc(m->n, sizeof(*m->move[k]));
        m->change[k] = xcalloc(m->n, sizeof(*m->change[k]));
    }
    for (int i = 0; i < m->n; i++) {
        double complex residual = out[i] - in[i];

        if (!first) {
            m->move[k][i] = in[i] - m->in[i];
            m->change[k][i] = residual - m->residual[i];
        }
        m->in[i] = in[i];
        m->residual[i] = residual;
    }
    if (first)
        return;
    m->next = (k + 1) % HISTORY;
    m->held += m->held < HISTORY;
}

/*
 * c[held] that minimizes |R - sum c_i change_i|, by the eigenvalues of the
 * matrix of scalar products of changes, each of length one: those below 1e-12
 * of the largest are noise, and left out.
 */
static void coefficients(const struct mixer *m, double c[HISTORY])
{
    double a[HISTORY * HISTORY], w[HISTORY], b[HISTORY], scale[HISTORY];
    int n = m->held;
    struct err err;

    for (int i = 0; i < n; i++) {
        double size = sqrt(inner(m, m->change[i], m->change[i]));

        scale[i] = size > 0 ? 1 / size : 0;
        b[i] = scale[i] * inner(m, m->change[i], m->residual);
        c[i] = 0;
        for (int j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] =
                scale[i] * scale[j] * inner(m, m->change[i], m->change[j]);
    }
    if (n == 0 || la_eig_sym(n, a, w, &err) < 0)
        return;
    for (int k = 0; k < n; k++) {
        double t = 0;

        for (int i = 0; i < n; i++)
            t += a[k * n + i] * b[i];
        for (int i = 0; w[k] > 1e-12 * w[n - 1] && i < n; i++)
            c[i] += scale[i] * a[k * n + i] * t / w[k];
    }
}

void mixer_next(struct mixer *m, double complex **rho_in,
                double complex *const *rho_out)
{
    double c[HISTORY];
    double complex *step = xcalloc(m->n, sizeof(*step));

    remember(m, rho_in[0], rho_out[0]);
    coefficients(m, c);
    memcpy(step, m->residual, m->n * sizeof(*step));
    for (int k = 0; k < m->held; k++)
        for (int i = 0; i < m->n; i++) {
            rho_in[0][i] -= c[k] * m->move[k][i];
            step[i] -= c[k] * m->change[k][i];
        }
    if (m->response)
        response_screen(m->response, step);
    for (int i = 0; i < m->n; i++)
        rho_in[0][i] += (m->response ? 1 : GAPPED) * step[i];
    free(step);
}
