#include "hamiltonian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "span.h"

/*
 * Block Davidson (E. R. Davidson, J. Comput. Phys. 17, 87 (1975)): the states
 * are the lowest of H in the span of vectors v; each step adds the
 * preconditioned residuals of those that are not done,
 *
 *     t = K (H - e S) psi,   psi = sum_i v_i c_i,
 *
 * and a span grown to its room is replaced by the states themselves.
 *
 * Chosen by measurement, in whole self-consistent fields of Al4, O/Al(100),
 * CO, Si8, C/Cu(100) and Al12 on one thread.  LOBPCG (A. V. Knyazev, SIAM J.
 * Sci. Comput. 23, 517 (2001)) with the same K took the same steps, 1 % more
 * applications of H and as long (18.2 s for 17.9 s).  Chebyshev filters of
 * degree 8 (Y. Zhou et al., J. Comput. Phys. 219, 172 (2006)), which have no
 * K, took 7 to 11 times the applications and 3 to 7 times as long, not run
 * on CO; Si8 and Al12 converged only with more states than they need.
 */
enum { ROOM = 4, MORE = 16 };

/* Vectors for nb states. */
static int room_for(int nb)
{
    return (ROOM - 1) * nb > MORE ? ROOM * nb : nb + MORE;
}

/*
 * The diagonal of H: T + mean of V + sum_ij beta_i* D_ij beta_j.  A number of
 * a real basis stands for two plane waves, and its beta is sqrt(2) larger.
 */
static void find_diagonal(struct span *d)
{
    const struct projectors *p = d->h->projectors;
    int n = p ? p->n : 0;
    double complex *db = xcalloc((size_t)n * d->npw, sizeof(*db));

    d->diagonal = xcalloc(d->npw, sizeof(*d->diagonal));
    if (n > 0)
        projectors_couple(p, false, (const double *const *)p->d, d->npw,
                          p->beta, db);
    for (int g = 0; g < d->npw; g++)
        d->diagonal[g] = d->h->basis->kinetic[g] + d->h->v0;
    for (int i = 0; i < n; i++)
        for (int g = 0; g < d->npw; g++) {
            size_t at = (size_t)i * d->npw + g;

            d->diagonal[g] +=
                creal(conj(p->beta[at]) * db[at]) / (d->real ? 2 : 1);
        }
    free(db);
}

/*
 * K is one over the diagonal of H - e, but never over less than LEAST:
 * (m + x + sqrt(m^2 + (x - m)^2)) / 2 goes smoothly from m to x.  As in
 * P. Giannozzi et al., J. Phys.: Condens. Matter 21, 395502 (2009), with half
 * their least, which saves a tenth of the steps of molecules.
 */
#define LEAST 0.25 /* hartree */

static void precondition(const struct span *d, double e,
                         const double complex *r, double complex *t)
{
    double f;

    for (int g = 0; g < d->npw; g++) {
        double x = d->diagonal[g] - e, y = x - LEAST;

        t[g] = r[g] * 2 / (LEAST + x + sqrt(LEAST * LEAST + y * y));
    }
    f = span_norm(d, t, t);
    if (f > 0)
        span_scale(d, 1 / f, t);
}

/* Which states are not done?  One is done no more if its eigenvalue moved. */
static int unfinished(struct span *d, double tol)
{
    int n = 0;

    for (int i = 0; i < d->nb; i++) {
        if (d->done[i] && fabs(d->e[i] - d->old[i]) > tol)
            d->done[i] = false;
        if (!d->done[i])
            d->todo[n++] = i;
    }
    return n;
}

/* Mark what is done; are all busy states? */
static bool judge(struct span *d, const bool *busy, double tol,
                  struct eigen_result *result)
{
    result->converged = true;
    result->residual = 0;
    for (int i = 0; i < d->nb; i++) {
        bool b = !busy || busy[i];

        d->done[i] = d->residual[i] < (b ? 1 : 10) * tol;
        if (!b)
            continue;
        result->converged = result->converged && d->done[i];
        if (!(d->residual[i] <= result->residual))
            result->residual = d->residual[i];
    }
    return result->converged;
}

static int left(const struct span *d)
{
    int n = 0;

    for (int i = 0; i < d->nb; i++)
        n += !d->done[i];
    return n;
}

/* Add the preconditioned residuals of the states of todo not yet done. */
static int expand(struct span *d, bool careful, struct err *err)
{
    int count = 0, m = d->m;

    for (int i = 0; i < d->nr && m + count < d->room; i++)
        if (!d->done[d->todo[i]]) {
            precondition(d, d->e[d->todo[i]], d->r + (size_t)i * d->npw,
                         d->v + (size_t)(m + count) * d->npw);
            count++;
        }
    if (careful) {
        span_extend_carefully(d, count);
    } else {
        span_apply(d, count);
        span_couple(d, count);
    }
    if (span_reduce(d, err) == 0) {
        d->ritz = false;
        return 0;
    }
    d->m = m;
    return ERR_NUMERIC;
}

static int start(struct span *d, struct err *err)
{
    memcpy(d->v, d->x, (size_t)d->nb * d->npw * sizeof(*d->v));
    span_apply(d, d->nb);
    span_couple(d, d->nb);
    if (span_reduce(d, err) == 0)
        return 0;
    d->m = 0;
    span_extend_carefully(d, d->nb);
    return span_reduce(d, err);
}

/* Residuals of those that were not done; if that was all, of all. */
static void look(struct span *d, const bool *busy, double tol,
                 struct eigen_result *result)
{
    span_residuals(d, unfinished(d, tol));
    if (judge(d, busy, tol, result) && d->nr < d->nb) {
        memset(d->done, 0, d->nb * sizeof(*d->done));
        span_residuals(d, unfinished(d, tol));
        judge(d, busy, tol, result);
    }
}

/* Empty states get two steps more than busy ones; the highest of them could
 * go on for long. */
enum { PATIENCE = 2 };

static int iterate(struct span *d, const bool *busy, double tol, int max_steps,
                   struct eigen_result *result, struct err *err)
{
    bool careful = false;

    for (int late = 0; result->steps < max_steps; result->steps++) {
        late = result->converged ? late + 1 : 0;
        if (left(d) == 0 || late > PATIENCE || d->room == d->nb)
            break;
        if (d->m + left(d) > d->room)
            span_collapse(d);
        if (expand(d, careful, err) < 0) {
            if (careful)
                return ERR_NUMERIC;
            careful = true;
            span_collapse(d);
        }
        look(d, busy, tol, result);
    }
    return 0;
}

static int too_many(const struct basis *b, int n, struct err *err)
{
    return err_set(err, ERR_RANGE,
                   "%d states do not fit in %d plane waves: expected fewer", n,
                   b->nfull);
}

int eigen_solve(const struct hamiltonian *h, int nb, double complex *psi,
                double *e, const bool *busy, double tol, int max_steps,
                struct eigen_result *result, struct err *err)
{
    struct span d;
    int ret;

    *result = (struct eigen_result){0};
    if (nb > span_dimension(h->basis))
        return too_many(h->basis, nb, err);
    span_init(&d, h, nb, room_for(nb), psi);
    find_diagonal(&d);
    ret = start(&d, err);
    if (ret == 0) {
        look(&d, busy, tol, result);
        ret = iterate(&d, busy, tol, max_steps, result, err);
    }
    if (ret == 0) {
        span_finish(&d);
        memcpy(e, d.e, nb * sizeof(*e));
    }
    result->applied = d.applied;
    span_release(&d);
    return ret;
}

int eigen_rotate(const struct hamiltonian *h, int na, double complex *psi,
                 int nb, double *e, struct err *err)
{
    struct span d;
    int ret;

    if (na > span_dimension(h->basis))
        return too_many(h->basis, na, err);
    span_init(&d, h, na, na, psi);
    ret = start(&d, err);
    if (ret == 0) {
        block_combine(d.real, d.npw, d.m, d.v, nb, d.c, na, 0, psi);
        memcpy(e, d.e, nb * sizeof(*e));
    }
    span_release(&d);
    return ret;
}

size_t eigen_memory(int npw, int nb, bool s)
{
    size_t room = room_for(nb), z = sizeof(double complex);

    return z * ((s ? 3 : 2) * room * npw + (s ? 2 : 1) * (size_t)nb * npw +
                4 * room * room + 3 * room * nb);
}
