#include "site.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lanes.h"
#include "radial.h"

/*
 * The fast kernel.  Every sum runs over vectors of neighbors k; pairs are
 * j < k, each once.  With R = exp(-eta r^2) fc(r), S = R' / r, c the cosine at
 * the center, P(s) that of the third side, s = r_jk^2 = r_j^2 + r_k^2 - 2 d_j
 * . d_k (1 in G5), and F(c) = 2^(1-zeta) (1 + lambda c)^zeta,
 *
 *     G      = sum_{j<k} F R_j R_k P
 *     dG/dd_j = sum_k d_j (F' U1 + F U2) + d_k (F' X - F Y)
 *     dG/dd_k = sum_j d_k (F' V1 + F V2) + d_j (F' X - F Y)
 *
 *     T  = R_j R_k P             Y  = 2 R_j R_k dP/ds     X = T / r_j r_k
 *     U1 = -c T / r_j^2          U2 = S_j R_k P + Y
 *     V1 = -c T / r_k^2          V2 = S_k R_j P + Y
 *
 * None of which but F and F' depends on zeta and lambda.  s->pair holds
 * c T U1 U2 V1 V2 X Y for one j and all k; s->a the coefficient of d_k itself
 * and the vector of what else there is.
 */
enum { C, T, U1, U2, V1, V2, X, Y };

/* V(x, k): the vector that begins at x[k]. */
#define V(x, k) (*(lanes *)((x) + (k)))

/* Row m of an array [functions][room]. */
INLINE double *row(const struct site *s, double *a, int m)
{
    return a + (ptrdiff_t)m * s->room;
}

INLINE void zero(const struct site *s, int nsf, int first, int end)
{
    for (int i = 0; i < 4; i++)
        for (int f = 0; f < nsf; f++)
            memset(row(s, s->a[i], f) + first, 0,
                   (size_t)(end - first) * sizeof(double));
}

/* R and S of the lanes of a block. */
INLINE void block_radial(const struct site *s, double eta, int first, int end)
{
    for (int k = first; k < end; k += LANES) {
        lanes e = -eta * V(s->s, k);

        lanes_exp(&e);
        V(s->p, k) = e * V(s->fc, k);
        V(s->dp, k) = 2 * e * (V(s->dfc, k) - eta * V(s->fc, k));
    }
}

/* The pairs of j with the lanes first ... end, if `same` those after j. */
INLINE void pairs(const struct site *s, const struct group *g, int j, int first,
                  int end, bool same)
{
    const masks lane = {0, 1, 2, 3, 4, 5, 6, 7};
    const double *dx = s->d[0], *dy = s->d[1], *dz = s->d[2], *d2 = s->s;
    const double *pk = s->p, *dpk = s->dp, *invk = s->inv;
    double *pc = s->pair[C], *pt = s->pair[T], *px = s->pair[X];
    double *py = s->pair[Y], *pu1 = s->pair[U1], *pu2 = s->pair[U2];
    double *pv1 = s->pair[V1], *pv2 = s->pair[V2];
    double x = dx[j], y = dy[j], z = dz[j], s2 = d2[j];
    double rj = pk[j], sj = dpk[j], ij = invk[j];
    const struct radial side = g->side;
    bool g4 = g->type == SF_G4;

    for (int k = first; k < end; k += LANES) {
        lanes rk = V(pk, k), sk = V(dpk, k), ik = V(invk, k);
        lanes dot = V(dx, k) * x + V(dy, k) * y + V(dz, k) * z;
        lanes inv = ik * ij, c = dot * inv, p = c * 0 + 1, dp = c * 0;

        if (same && k <= j) {
            masks after = lane > (int64_t)(j - k);

            rk = LANES_WHERE(after, rk);
            sk = LANES_WHERE(after, sk);
        }
        if (g4) {
            lanes between = V(d2, k) + s2 - 2 * dot;

            radial_eval(&side, &between, &p, &dp);
        }
        lanes w = rk * rj, t = w * p, ct = c * t, both = 2 * w * dp;
        V(pc, k) = c;
        V(pt, k) = t;
        V(pu1, k) = -ct * (ij * ij);
        V(pu2, k) = sj * rk * p + both;
        V(pv1, k) = -ct * ik * ik;
        V(pv2, k) = rj * sk * p + both;
        V(px, k) = t * inv;
        V(py, k) = both;
    }
}

/*
 * norm (1 + lambda c)^(zeta - 1): n = zeta - 1 if that is a whole number that
 * is multiplied out here, -1 if it is in power already.
 */
INLINE void power_of(const struct term *f, int n, const lanes *base,
                     const lanes *power, lanes *p)
{
    lanes b = *base;

    if (n < 0)
        *p = *power;
    else if (n == 0)
        *p = b * 0 + f->norm;
    else if (n == 1)
        *p = f->norm * b;
    else
        *p = f->norm * b * (b * b);
}

/* s->power for any zeta. */
INLINE void angular_power(const struct site *s, const struct term *f, int first,
                          int end)
{
    double zeta = f->sf.zeta, lambda = f->sf.lambda;
    const double *pc = s->pair[C];
    double *power = s->power;
    int n = (int)zeta - 1;

    for (int k = first; k < end; k += LANES) {
        lanes b = 1 + lambda * V(pc, k), p = b * 0 + f->norm;

        if (n + 1 == zeta) {
            for (int bit = n; bit; bit >>= 1, b *= b)
                if (bit & 1)
                    p *= b;
        } else {
            b = LANES_WHERE(b > 0, b); /* rounding may leave it below 0 */
            for (int l = 0; l < LANES; l++)
                p[l] = f->norm * pow(b[l], zeta - 1);
        }
        V(power, k) = p;
    }
}

/* Add the pairs of j with the lanes first ... end to term number m. */
INLINE void accumulate(const struct site *s, const struct term *f, int n, int m,
                       int j, int first, int end)
{
    const double *dx = s->d[0], *dy = s->d[1], *dz = s->d[2];
    const double *pc = s->pair[C], *pt = s->pair[T], *px = s->pair[X];
    const double *py = s->pair[Y], *pu1 = s->pair[U1], *pu2 = s->pair[U2];
    const double *pv1 = s->pair[V1], *pv2 = s->pair[V2], *power = s->power;
    double *a = row(s, s->a[0], m), *bx = row(s, s->a[1], m);
    double *by = row(s, s->a[2], m), *bz = row(s, s->a[3], m);
    double x = dx[j], y = dy[j], z = dz[j];
    double lambda = f->sf.lambda, order = f->sf.zeta * lambda;
    lanes g = V(s->gsum, (ptrdiff_t)m * LANES), aj = g * 0, xj = aj, yj = aj,
          zj = aj;

    for (int k = first; k < end; k += LANES) {
        lanes base = 1 + lambda * V(pc, k), p;

        power_of(f, n, &base, &V(power, k), &p);
        lanes angle = p * base, slope = p * order;
        lanes beta = slope * V(px, k) - angle * V(py, k);
        g += angle * V(pt, k);
        aj += slope * V(pu1, k) + angle * V(pu2, k);
        V(a, k) += slope * V(pv1, k) + angle * V(pv2, k);
        xj += beta * V(dx, k);
        yj += beta * V(dy, k);
        zj += beta * V(dz, k);
        V(bx, k) += beta * x;
        V(by, k) += beta * y;
        V(bz, k) += beta * z;
    }
    V(s->gsum, (ptrdiff_t)m * LANES) = g;
    a[j] += lanes_sum(&aj);
    bx[j] += lanes_sum(&xj);
    by[j] += lanes_sum(&yj);
    bz[j] += lanes_sum(&zj);
}

/* The same without derivatives. */
INLINE void accumulate_value(const struct site *s, const struct term *f, int n,
                             int m, int first, int end)
{
    const double *pc = s->pair[C], *pt = s->pair[T], *power = s->power;
    lanes g = V(s->gsum, (ptrdiff_t)m * LANES);

    for (int k = first; k < end; k += LANES) {
        lanes base = 1 + f->sf.lambda * V(pc, k), p;

        power_of(f, n, &base, &V(power, k), &p);
        g += p * base * V(pt, k);
    }
    V(s->gsum, (ptrdiff_t)m * LANES) = g;
}

/* Either of them, with the usual powers as constants. */
INLINE void add_term(const struct site *s, const struct term *f, int m, int j,
                     int first, int end, bool derivatives)
{
    double zeta = f->sf.zeta;

    if (!derivatives) {
        if (zeta == 1) {
            accumulate_value(s, f, 0, m, first, end);
        } else {
            angular_power(s, f, first, end);
            accumulate_value(s, f, -1, m, first, end);
        }
    } else if (zeta == 1) {
        accumulate(s, f, 0, m, j, first, end);
    } else if (zeta == 2) {
        accumulate(s, f, 1, m, j, first, end);
    } else if (zeta == 4) {
        accumulate(s, f, 3, m, j, first, end);
    } else {
        angular_power(s, f, first, end);
        accumulate(s, f, -1, m, j, first, end);
    }
}

/* T_xy, y >= x, of the lanes of a block, whose dG/dd_k have components b. */
INLINE void add_strain(const struct site *s, int block, int x, const double *b,
                       double *strain)
{
    static const int component[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};

    for (int y = x; y < 3; y++) {
        lanes sum = {0};

        for (int k = s->first[block]; k < s->first[block + 1]; k += LANES)
            sum += V(b, k) * V(s->d[y], k);
        strain[(ptrdiff_t)component[x][y] * s->nsf] += lanes_sum(&sum);
    }
}

/* Derivatives of the lanes of a block, summed over images, to their atoms. */
INLINE void flush(const struct site *s, const struct group *g, int block,
                  double *dg, double *strain)
{
    for (int x = 0; x < 3; x++)
        for (int f = 0; f < g->n; f++) {
            const double *a = row(s, s->a[0], f);
            double *b = row(s, s->a[x + 1], f);
            double *to = dg + (ptrdiff_t)x * s->nsf + g->term[f].m, self = 0;

            for (int k = s->first[block]; k < s->first[block + 1]; k += LANES)
                V(b, k) += V(a, k) * V(s->d[x], k);
            if (strain)
                add_strain(s, block, x, b, strain + g->term[f].m);
            for (int r = s->first_run[block]; r < s->first_run[block + 1];
                 r++) {
                const struct run *run = &s->run[r];
                double sum = 0;

                if (run->dep < 0) /* an image moves with the atom itself */
                    continue;
                for (int k = run->first; k < run->end; k++)
                    sum += b[k];
                to[run->dep] += sum;
                self += sum;
            }
            to[s->self] -= self;
        }
}

INLINE void radial_group(const struct site *s, const struct group *g,
                         double *value, double *dg, double *strain)
{
    int first = s->first[g->e1], end = s->first[g->e1 + 1];

    if (dg)
        zero(s, g->n, first, end);
    for (int f = 0; f < g->n; f++) {
        double eta = g->term[f].sf.eta, rs = g->term[f].sf.rs;
        double *a = row(s, s->a[0], f);
        lanes sum = {0};

        for (int k = first; k < end; k += LANES) {
            /* x = r - rs; over r, so that it multiplies d */
            lanes inv = V(s->inv, k), x = V(s->s, k) * inv - rs;
            lanes e = -eta * x * x;

            lanes_exp(&e);
            sum += e * V(s->fc, k);
            if (dg)
                V(a, k) = 2 * e * (V(s->dfc, k) - eta * x * inv * V(s->fc, k));
        }
        value[g->term[f].m] += lanes_sum(&sum);
    }
    if (dg)
        flush(s, g, g->e1, dg, strain);
}

INLINE void angular_group(const struct site *s, const struct group *g,
                          double *value, double *dg, double *strain)
{
    bool same = g->e1 == g->e2;
    bool turn = s->n[g->e1] > s->n[g->e2]; /* vectors over the longer block */
    int e1 = turn ? g->e2 : g->e1, e2 = turn ? g->e1 : g->e2;
    int first = s->first[e2], end = s->first[e2 + 1];

    if (s->n[e1] < 1 || s->n[e2] < (same ? 2 : 1))
        return;
    block_radial(s, g->eta, s->first[e1], s->first[e1 + 1]);
    if (!same)
        block_radial(s, g->eta, first, end);
    memset(s->gsum, 0, (size_t)g->n * LANES * sizeof *s->gsum);
    if (dg) {
        zero(s, g->n, s->first[e1], s->first[e1 + 1]);
        zero(s, g->n, first, end);
    }
    for (int j = s->first[e1]; j < s->first[e1] + s->n[e1]; j++) {
        int k = same ? first + (j + 1 - first) / LANES * LANES : first;

        pairs(s, g, j, k, end, same);
        for (int m = 0; m < g->n; m++)
            add_term(s, &g->term[m], m, j, k, end, dg != NULL);
    }
    for (int f = 0; f < g->n; f++)
        value[g->term[f].m] +=
            lanes_sum((lanes *)(s->gsum + (ptrdiff_t)f * LANES));
    if (!dg)
        return;
    flush(s, g, e1, dg, strain);
    if (!same)
        flush(s, g, e2, dg, strain);
}

CLONES static void compute(struct site *s, const struct sf_plan *plan,
                           const struct element_plan *p, double *g, double *dg,
                           double *strain)
{
    for (int b = 0; b < p->nslot; b++) {
        for (int k = s->first[b]; k < s->first[b + 1]; k += LANES)
            radial_eval(&plan->cutoff, &V(s->s, k), &V(s->fc, k),
                        &V(s->dfc, k));
        for (int k = s->first[b] + s->n[b]; k < s->first[b + 1]; k++)
            s->fc[k] = s->dfc[k] = 0;
    }
    for (int i = 0; i < p->ngroup; i++)
        if (p->group[i].type == SF_G2)
            radial_group(s, &p->group[i], g, dg, strain);
        else
            angular_group(s, &p->group[i], g, dg, strain);
}

/* Clang names what it clones differently: so only this file calls it. */
void kernel(struct site *s, const struct sf_plan *plan,
            const struct element_plan *p, double *g, double *dg, double *strain)
{
    compute(s, plan, p, g, dg, strain);
}
