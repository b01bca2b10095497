#include "nonlocal.h"

#include <stdlib.h>

#include "atomic.h"
#include "block.h"

/*
 * Derivatives at fixed coefficients.  With P = <beta|psi> and the weights
 * W_in = f_n sum_j (D - e_n Q)_ij P_jn, whatever moves the projectors changes
 * the energy by
 *
 *     dE = 2 Re sum_in W_in* <dbeta_i|psi_n> = 2 Re sum_i <dbeta_i|phi_i>,
 *     phi_i = sum_n W_in* psi_n:
 *
 * one product of matrices, whatever the number of derivatives.  phi is made
 * for a block of atoms at a time, so that it takes little memory.
 */
enum { BLOCK = 64, CHUNK = 128 };

struct weights {
    const struct projectors *p;
    const struct basis *b;
    int nb;
    const double complex *psi;
    double *w;    /* [n][nb], real or complex: the conjugate of W */
    double trace; /* sum of P* W, hartree */
};

static void weights_init(struct weights *t, const struct projectors *p,
                         const struct basis *b, int nb,
                         const double complex *psi, const double *f,
                         const double *e)
{
    int width = b->real ? nb : 2 * nb;
    size_t size = (size_t)p->n * width;
    double *bp = xcalloc(size, 2 * sizeof(*bp)), *qp = bp + size;

    *t = (struct weights){.p = p, .b = b, .nb = nb, .psi = psi};
    t->w = xcalloc(size, sizeof(*t->w));
    block_inner(b->real, b->npw, p->n, p->beta, nb, psi, bp, nb);
    projectors_couple(p, b->real, (const double *const *)p->d, nb, bp, t->w);
    if (p->q)
        projectors_couple(p, b->real, (const double *const *)p->q, nb, bp, qp);
    for (size_t i = 0; i < size; i++) {
        size_t n = i % width / (b->real ? 1 : 2);

        t->w[i] = f[n] * (t->w[i] - (p->q ? e[n] * qp[i] : 0));
        t->trace += bp[i] * t->w[i];
        if (!b->real && i % 2)
            t->w[i] = -t->w[i];
    }
    free(bp);
}

/* The atoms from a on whose projectors make up a block: the next one. */
static int block_end(const struct projectors *p, int a)
{
    int end = a + 1;

    while (end < p->natoms && p->first[end + 1] - p->first[a] <= BLOCK)
        end++;
    return end;
}

/* Room for phi of any block. */
static double complex *block_room(const struct projectors *p, int npw)
{
    int most = 0;

    for (int a = 0, end; a < p->natoms; a = end) {
        end = block_end(p, a);
        if (p->first[end] - p->first[a] > most)
            most = p->first[end] - p->first[a];
    }
    return xcalloc((size_t)most * npw, sizeof(double complex));
}

/* phi[n][npw] of the projectors first ... first + n - 1. */
static void block_phi(const struct weights *t, int first, int n,
                      double complex *phi)
{
    int nb = t->nb, step = t->b->real ? 1 : 2;
    double *c = xcalloc((size_t)nb * n * step, sizeof(*c));

    for (int i = 0; i < n; i++)
        for (int j = 0; j < nb; j++)
            for (int k = 0; k < step; k++)
                c[((size_t)j * n + i) * step + k] =
                    t->w[((size_t)(first + i) * nb + j) * step + k];
    if (n > 0)
        block_combine(t->b->real, t->b->npw, nb, t->psi, n, c, n, 0, phi);
    free(c);
}

/*
 * d beta / d tau = -iq beta, so that F = 2 sum_G q Im sum_i beta_i* phi_i.
 */
static void force(const struct basis *b, int nm, const double complex *beta,
                  const double complex *phi, double f[3])
{
    for (int at = 0; at < b->npw; at += CHUNK) {
        int n = b->npw - at < CHUNK ? b->npw - at : CHUNK;
        double sum[CHUNK] = {0};

        for (int i = 0; i < nm; i++) {
            const double complex *x = beta + (size_t)i * b->npw + at;
            const double complex *y = phi + (size_t)i * b->npw + at;

            for (int j = 0; j < n; j++)
                sum[j] += creal(x[j]) * cimag(y[j]) - cimag(x[j]) * creal(y[j]);
        }
        for (int j = 0; j < n; j++)
            for (int k = 0; k < 3; k++)
                f[k] += 2 * b->q[at + j][k] * sum[j];
    }
}

void nonlocal_forces(const struct projectors *p, const struct basis *b, int nb,
                     const double complex *psi, const double *f,
                     const double *e, double (*forces)[3])
{
    struct weights t;
    double complex *phi = block_room(p, b->npw);

    weights_init(&t, p, b, nb, psi, f, e);
    for (int a = 0, end; a < p->natoms; a = end) {
        int first = p->first[a];

        end = block_end(p, a);
        block_phi(&t, first, p->first[end] - first, phi);
#pragma omp parallel for schedule(dynamic) if (b->npw > 1024)
        for (int i = a; i < end; i++)
            force(b, p->first[i + 1] - p->first[i],
                  p->beta + (size_t)p->first[i] * b->npw,
                  phi + (size_t)(p->first[i] - first) * b->npw, forces[i]);
    }
    free(phi);
    free(t.w);
}

/*
 * Strain: q becomes (1 - strain) q while q . tau stays, so that for u = f Y
 *
 *     d beta / d strain_jk = -(volume^-1/2 (-i)^l exp(-iq tau)
 *                              (du/dq_j q_k + du/dq_k q_j) / 2
 *                              + delta_jk beta / 2).
 *
 * The first part needs phi of the atoms of a species only in the sum
 * r_i = sum_a Re((-i)^l exp(-iq tau_a))* phi_ai, r[nm][npw].
 */
static void gather(const struct basis *b, const struct pseudo *p,
                   const struct phase *phase, const double complex *phi,
                   double *r)
{
#pragma omp parallel for schedule(static) if (b->npw > 1024)
    for (int at = 0; at < b->npw; at += CHUNK) {
        int n = b->npw - at < CHUNK ? b->npw - at : CHUNK;
        double complex e[CHUNK];
        size_t to = at;

        for (int j = 0; j < n; j++)
            e[j] = phase_at(phase, b->m[at + j]);
        for (int i = 0; i < p->nbeta; i++)
            for (int m = 0; m < 2 * p->l[i] + 1; m++, to += b->npw)
                for (int j = 0; j < n; j++)
                    r[to + j] +=
                        creal(conj(minus_i_to(p->l[i]) * e[j]) * phi[to + j]);
    }
}

/* r[nm][npw] of all species, one after the other from r + first[species]. */
static void gather_all(const struct weights *t, const struct crystal *c,
                       const size_t *first, double *r)
{
    const struct projectors *p = t->p;
    struct phase *phases = atomic_phases(c, t->b);
    double complex *phi = block_room(p, t->b->npw);

    for (int a = 0, end; a < p->natoms; a = end) {
        end = block_end(p, a);
        block_phi(t, p->first[a], p->first[end] - p->first[a], phi);
        for (int i = a; i < end; i++)
            gather(t->b, c->pseudo[c->species[i]], &phases[i],
                   phi + (size_t)(p->first[i] - p->first[a]) * t->b->npw,
                   r + first[c->species[i]]);
    }
    atomic_phases_free(c, phases);
    free(phi);
}

/* s[3][3] += q_k du/dq_j r at plane wave i. */
static void strain_at(const struct basis *b, const struct pseudo *p, int i,
                      double scale, const double *r, double s[3][3])
{
    const double *q = b->q[i];
    double length = norm3(q), du[3] = {0, 0, 0};

    for (int j = 0; j < p->nbeta; j++) {
        double y[2 * PSEUDO_MAX_L + 1], dy[2 * PSEUDO_MAX_L + 1][3], slope;
        double value = pseudo_eval(p, PSEUDO_BETA, j, length, &slope);

        ylm(p->l[j], q, y, dy);
        for (int m = 0; m < 2 * p->l[j] + 1; m++, r += b->npw)
            for (int k = 0; k < 3; k++)
                du[k] += (slope * y[m] * q[k] + value * dy[m][k]) * r[i];
    }
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++)
            s[j][k] += scale / length * du[j] * q[k];
}

/* The sum over plane waves, in chunks, so that threads do not change it. */
static void strain(const struct crystal *c, const struct basis *b,
                   const struct pseudo *p, const double *r, double s[3][3])
{
    int nchunks = (b->npw + CHUNK - 1) / CHUNK;
    double(*part)[3][3] = xcalloc(nchunks, sizeof(*part));

#pragma omp parallel for schedule(static) if (b->npw > 1024)
    for (int n = 0; n < nchunks; n++)
        for (int i = n * CHUNK; i < (n + 1) * CHUNK && i < b->npw; i++)
            if (b->kinetic[i] > 0)
                strain_at(b, p, i, atomic_scale(c, b, i), r, part[n]);
    for (int n = 0; n < nchunks; n++)
        for (int j = 0; j < 9; j++)
            s[j / 3][j % 3] += part[n][j / 3][j % 3];
    free(part);
}

void nonlocal_stress(const struct projectors *p, const struct crystal *c,
                     const struct basis *b, int nb, const double complex *psi,
                     const double *f, const double *e, double stress[3][3])
{
    size_t *first = xcalloc(c->nspecies + 1, sizeof(*first));
    struct weights t;
    double s[3][3] = {{0}};

    for (int i = 0; i < c->nspecies; i++)
        first[i + 1] =
            first[i] + (size_t)b->npw * atomic_count(c->pseudo[i], PSEUDO_BETA);
    double *r = xcalloc(first[c->nspecies], sizeof(*r));
    weights_init(&t, p, b, nb, psi, f, e);
    gather_all(&t, c, first, r);
    for (int i = 0; i < c->nspecies; i++)
        strain(c, b, c->pseudo[i], r + first[i], s);
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < 3; k++)
            stress[j][k] -=
                (s[j][k] + s[k][j] + (j == k) * t.trace) / c->volume;
    free(first);
    free(r);
    free(t.w);
}
