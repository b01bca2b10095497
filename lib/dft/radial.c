#include "radial.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/util.h>

static const double width = 0.25; /* of a panel, 1/bohr */

void radial_init(struct radial *f, int l, int n, const double *r)
{
    *f = (struct radial){.l = l, .n = n, .r = r};
    f->w = xcalloc(n, sizeof(*f->w));
}

void radial_release(struct radial *f)
{
    free(f->w);
    free(f->c);
    *f = (struct radial){0};
}

/* Bessel functions ------------------------------------------------------- */

/*
 * Below this the recursion upwards loses digits of j_l, l <= 4: it starts from
 * terms of order 1 whose difference is x^l / (2l+1)!!.
 */
static const double series_end = 2;

/* j_l(x) = x^l sum_k (-x^2/2)^k / (k! (2l+2k+1)!!), to 1e-16 below 2. */
static double series(int l, double x)
{
    double term = 1, sum = 0, t = -x * x / 2;

    for (int i = 1; i <= l; i++)
        term *= x / (2 * i + 1);
    for (int k = 1; k < 14; k++) {
        sum += term;
        term *= t / (k * (2 * l + 2 * k + 1));
    }
    return sum;
}

/* j_l+1 = (2l+1)/x j_l - j_l-1, from sine and cosine. */
static void recursion(int lmax, double x, double s, double c, double *j)
{
    double u = 1 / x;

    j[0] = s * u;
    if (lmax > 0)
        j[1] = (j[0] - c) * u;
    for (int l = 1; l < lmax; l++)
        j[l + 1] = (2 * l + 1) * u * j[l] - j[l - 1];
}

void radial_bessel(int lmax, double x, double *j)
{
    if (x < series_end)
        for (int l = 0; l <= lmax; l++)
            j[l] = series(l, x);
    else
        recursion(lmax, x, sin(x), cos(x), j);
}

double radial_sum(const struct radial *f, double q, double *slope)
{
    double sum = 0, dsum = 0, j[RADIAL_MAX_L + 2];

    assert(f->l >= 0 && f->l <= RADIAL_MAX_L);
    for (int k = 0; k < f->n; k++) {
        double x = q * f->r[k];

        radial_bessel(f->l + 1, x, j);
        sum += f->w[k] * j[f->l];
        /* dj_l/dq = l j_l / q - r j_l+1; l j_l / q is r/3 at q = 0, l = 1 */
        dsum -= f->w[k] * f->r[k] * j[f->l + 1];
        if (f->l == 1 && q < 1e-10)
            dsum += f->w[k] * f->r[k] / 3;
    }
    if (slope)
        *slope = dsum + (q < 1e-10 ? 0 : f->l * sum / q);
    return sum;
}

/* Tables ----------------------------------------------------------------- */

/*
 * What all panels share: their nodes come in pairs at distances d from the
 * middle, and with cos(dr) and sin(dr) of half of them on the mesh, sine and
 * cosine have to be computed only once for a panel.
 */
struct nodes {
    int n; /* points of the mesh */
    const double *r;
    double t[RADIAL_TERMS];                   /* -1 ... 1, in pairs t, -t */
    double *c, *s;                            /* [RADIAL_TERMS / 2][n] */
    double power[RADIAL_TERMS][RADIAL_TERMS]; /* of t, by value at node */
};

/* Coefficients of the Chebyshev polynomials T_m in powers of t. */
static void chebyshev(double p[RADIAL_TERMS][RADIAL_TERMS])
{
    memset(p, 0, sizeof(double[RADIAL_TERMS][RADIAL_TERMS]));
    p[0][0] = p[1][1] = 1;
    for (int m = 2; m < RADIAL_TERMS; m++)
        for (int k = 0; k < m + 1; k++)
            p[m][k] = (k ? 2 * p[m - 1][k - 1] : 0) - p[m - 2][k];
}

/*
 * The interpolant at the zeros t_i of T_N is sum_m a_m T_m, with a_m = 2/N
 * sum_i f(t_i) T_m(t_i), half of that for m = 0.
 */
static void nodes_init(struct nodes *g, int n, const double *r)
{
    double p[RADIAL_TERMS][RADIAL_TERMS];

    *g = (struct nodes){.n = n, .r = r};
    g->c = xcalloc((size_t)n * RADIAL_TERMS / 2, sizeof(*g->c));
    g->s = xcalloc((size_t)n * RADIAL_TERMS / 2, sizeof(*g->s));
    chebyshev(p);
    for (int i = 0; i < RADIAL_TERMS; i++) {
        int pair = i / 2;
        double angle = M_PI * (pair + 0.5) / RADIAL_TERMS;

        angle = i % 2 ? M_PI - angle : angle;
        g->t[i] = i % 2 ? -g->t[i - 1] : cos(angle);
        for (int m = 0; m < RADIAL_TERMS; m++)
            for (int k = 0; k <= m; k++)
                g->power[k][i] +=
                    (m ? 2 : 1) * cos(m * angle) / RADIAL_TERMS * p[m][k];
    }
    for (size_t i = 0; i < RADIAL_TERMS / 2; i++)
        for (int k = 0; k < n; k++) {
            double x = width / 2 * g->t[2 * i] * r[k];

            g->c[i * n + k] = cos(x);
            g->s[i * n + k] = sin(x);
        }
}

static void nodes_release(struct nodes *g)
{
    free(g->c);
    free(g->s);
}

/* j[l][n] at q, the middle plus or minus d of pair i; s[n], c[n]: of the
 * middle. */
static void bessels(const struct nodes *g, int lmax, double q, int i,
                    double sign, const double *s, const double *c, double *j)
{
    const double *ci = g->c + (size_t)i * g->n, *si = g->s + (size_t)i * g->n;
    int n = g->n, k = 0;

    for (; k < n && q * g->r[k] < series_end; k++)
        for (int l = 0; l <= lmax; l++)
            j[l * n + k] = series(l, q * g->r[k]);
#pragma omp simd
    for (int m = k; m < n; m++) {
        double u = 1 / (q * g->r[m]);
        double sine = s[m] * ci[m] + sign * c[m] * si[m];
        double cosine = c[m] * ci[m] - sign * s[m] * si[m];

        j[m] = sine * u;
        if (lmax > 0)
            j[n + m] = (j[m] - cosine) * u;
    }
    for (int l = 1; l < lmax; l++)
#pragma omp simd
        for (int m = k; m < n; m++)
            j[(l + 1) * n + m] =
                (2 * l + 1) / (q * g->r[m]) * j[l * n + m] - j[(l - 1) * n + m];
}

static double dot(int n, const double *x, const double *y)
{
    double sum = 0;

#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++)
        sum += x[k] * y[k];
    return sum;
}

/* All functions on one panel; work[lmax + 3][n]. */
static void panel(const struct nodes *g, int at, int lmax, struct radial *f,
                  int nf, double *work)
{
    double *s = work, *c = s + g->n, *j = c + g->n;
    double middle = (at + 0.5) * width;

    for (int k = 0; k < g->n; k++) {
        s[k] = sin(middle * g->r[k]);
        c[k] = cos(middle * g->r[k]);
    }
    for (int i = 0; i < RADIAL_TERMS; i++) {
        double q = middle + width / 2 * g->t[i];

        bessels(g, lmax, q, i / 2, i % 2 ? -1 : 1, s, c, j);
        for (int m = 0; m < nf; m++) {
            double *p = f[m].c + (size_t)at * RADIAL_TERMS;
            double y = dot(f[m].n, f[m].w, j + (size_t)f[m].l * g->n);

            for (int k = 0; k < RADIAL_TERMS; k++)
                p[k] += g->power[k][i] * y;
        }
    }
}

void radial_tabulate(struct radial *f, int nf, double qmax)
{
    int npanels = (int)ceil(qmax / width) + 1, n = 0, lmax = 0;
    struct nodes g;

    for (int m = 0; m < nf; m++) {
        n = f[m].n > n ? f[m].n : n;
        lmax = f[m].l > lmax ? f[m].l : lmax;
        f[m].npanels = npanels;
        f[m].c = xcalloc((size_t)npanels * RADIAL_TERMS, sizeof(*f[m].c));
    }
    if (nf == 0)
        return;
    nodes_init(&g, n, f[0].r);
#pragma omp parallel
    {
        double *work = xcalloc((size_t)n * (lmax + 3), sizeof(*work));

#pragma omp for schedule(dynamic, 4)
        for (int i = 0; i < npanels; i++)
            panel(&g, i, lmax, f, nf, work);
        free(work);
    }
    nodes_release(&g);
}

double radial_eval(const struct radial *f, double q, double *slope)
{
    double x = q / width, t, y, dy = 0;
    const double *p;

    if (!(x < f->npanels))
        return radial_sum(f, q, slope);
    p = f->c + (size_t)x * RADIAL_TERMS;
    t = 2 * (x - floor(x)) - 1;
    y = p[RADIAL_TERMS - 1];
    for (int k = RADIAL_TERMS - 2; k >= 0; k--) {
        dy = dy * t + y;
        y = y * t + p[k];
    }
    if (slope)
        *slope = dy * 2 / width;
    return y;
}
