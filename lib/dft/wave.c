#include "wave.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>
#include <morsel/util.h>

/*
 * Columns are kept GROUP by GROUP, their values at one s side by side, so
 * that a cache line is one transform's width and a plane's share at once:
 * columns[group][stride][GROUP].
 *
 * Indices count from the lowest m of the basis: zeros are at the end of each
 * line only.  That multiplies psi(r) by a phase, which neither v psi nor
 * |psi|^2 sees.
 */
enum { GROUP = 4 };

struct wave {
    int npw, n[3]; /* points along s, a and b */
    bool real;
    int top;             /* s < top holds plane waves */
    int nrows;           /* rows a < nrows do */
    int ncolumns;        /* padded to whole groups */
    int stride;          /* of a group */
    int *place;          /* [ncolumns] in the plane, a * nb + b */
    int *at;             /* [npw] in columns */
    int *mirror;         /* [npw] of -G-K, if real */
    fftw_plan column[2]; /* to r, to G: one group */
    fftw_plan rows[2];   /* of one plane, along b */
    fftw_plan plane[2];  /* along a */
};
enum { TO_R, TO_G };

/* One thread's memory.  Zeros outside the sphere stay once they are there. */
struct scratch {
    double complex *columns; /* [ncolumns / GROUP][stride][GROUP] */
    double complex *rows;    /* [nrows][nb] before the transform along b */
    double complex *half;    /* [na][nb] before that along a */
    double complex *plane;   /* [na][nb] psi(r) */
};

static void axes(const int n[3], int axis[3])
{
    int s = n[0] > n[2] ? (n[1] > n[0]) : n[1] > n[2] ? 1 : 2;

    axis[0] = s;
    axis[1] = s == 0 ? 1 : 0;
    axis[2] = s == 2 ? 1 : 2;
}

void wave_layout(const int n[3], const double *r, double *to)
{
    const size_t step[3] = {(size_t)n[1] * n[2], n[2], 1};
    int x[3];

    axes(n, x);
    for (int s = 0; s < n[x[0]]; s++)
        for (int a = 0; a < n[x[1]]; a++)
            for (int b = 0; b < n[x[2]]; b++)
                *to++ = r[s * step[x[0]] + a * step[x[1]] + b * step[x[2]]];
}

void wave_unlayout(const int n[3], const double *from, double *r)
{
    const size_t step[3] = {(size_t)n[1] * n[2], n[2], 1};
    int x[3];

    axes(n, x);
    for (int s = 0; s < n[x[0]]; s++)
        for (int a = 0; a < n[x[1]]; a++)
            for (int b = 0; b < n[x[2]]; b++)
                r[s * step[x[0]] + a * step[x[1]] + b * step[x[2]]] = *from++;
}

/* -G-K along axis i. */
static int partner(const struct basis *b, int g, int i)
{
    return -b->m[g][i] - b->shift[i];
}

/* The first m of the sphere along axis i, and how many there are. */
static void range(const struct basis *b, int i, int *low, int *count)
{
    int high = *low = b->m[0][i];

    for (int g = 0; g < b->npw; g++) {
        int m = b->m[g][i], p = b->real ? partner(b, g, i) : m;

        *low = m < *low ? m : *low;
        *low = p < *low ? p : *low;
        high = m > high ? m : high;
        high = p > high ? p : high;
    }
    *count = high - *low + 1;
}

/* Where m = (s, a, b), counted from the lowest, is in columns. */
static int where(const struct wave *w, const int *column, const int m[3])
{
    int c = column[m[1] * w->n[2] + m[2]];

    return (c / GROUP * w->stride + m[0]) * GROUP + c % GROUP;
}

/* Number the columns that the basis needs; find its vectors in them. */
static void find_columns(struct wave *w, const struct basis *b,
                         const int axis[3], const int low[3])
{
    int nplane = w->n[1] * w->n[2], count = 0;
    int *column = xcalloc(nplane, sizeof(*column));
    int(*m)[2][3] = xcalloc(b->npw, sizeof(*m));

    for (int g = 0; g < b->npw; g++) {
        for (int i = 0; i < 3; i++) {
            m[g][0][i] = b->m[g][axis[i]] - low[i];
            m[g][1][i] = b->real ? partner(b, g, axis[i]) - low[i] : m[g][0][i];
        }
        for (int p = 0; p < 2; p++)
            column[m[g][p][1] * w->n[2] + m[g][p][2]] = 1;
    }
    w->place = xcalloc(nplane + GROUP, sizeof(*w->place));
    for (int i = 0; i < nplane; i++)
        if (column[i]) {
            w->place[count] = i;
            column[i] = count++;
        }
    w->ncolumns = count;
    for (int g = 0; g < b->npw; g++) {
        w->at[g] = where(w, column, m[g][0]);
        w->mirror[g] = where(w, column, m[g][1]);
    }
    free(m);
    free(column);
}

static int ngroups(const struct wave *w)
{
    return (w->ncolumns + GROUP - 1) / GROUP;
}

static void scratch_init(struct scratch *s, const struct wave *w)
{
    size_t columns = (size_t)ngroups(w) * w->stride * GROUP;
    size_t rows = (size_t)w->nrows * w->n[2];
    size_t plane = (size_t)w->n[1] * w->n[2];

    s->columns = fftw_alloc_complex(columns);
    s->rows = fftw_alloc_complex(rows);
    s->half = fftw_alloc_complex(plane);
    s->plane = fftw_alloc_complex(plane);
    if (!s->columns || !s->rows || !s->half || !s->plane)
        xcalloc(SIZE_MAX, columns); /* says so, and ends */
    memset(s->rows, 0, rows * sizeof(*s->rows));
    memset(s->half, 0, plane * sizeof(*s->half));
}

static void scratch_release(struct scratch *s)
{
    fftw_free(s->columns);
    fftw_free(s->rows);
    fftw_free(s->half);
    fftw_free(s->plane);
}

/* howmany lines of n numbers. */
static fftw_plan lines(int n, int howmany, double complex *in, int stride,
                       int dist, double complex *out, int to)
{
    return fftw_plan_many_dft(
        1, &n, howmany, in, NULL, stride, dist, out, NULL, stride, dist,
        to == TO_R ? FFTW_BACKWARD : FFTW_FORWARD, FFTW_ESTIMATE);
}

/* ESTIMATE: the same plan, and so the same last digit, every time. */
static void plan(struct wave *w)
{
    int na = w->n[1], nb = w->n[2];
    struct scratch s;

    scratch_init(&s, w);
#pragma omp critical(morsel_fftw)
    for (int to = TO_R; to <= TO_G; to++) {
        w->column[to] =
            lines(w->n[0], GROUP, s.columns, GROUP, 1, s.columns, to);
        w->rows[to] = lines(nb, w->nrows, to == TO_R ? s.rows : s.half, 1, nb,
                            to == TO_R ? s.half : s.half, to);
        w->plane[to] =
            lines(na, nb, to == TO_R ? s.half : s.plane, nb, 1, s.plane, to);
    }
    scratch_release(&s);
}

struct wave *wave_new(const struct basis *b, const int n[3])
{
    struct wave *w = xcalloc(1, sizeof(*w));
    int axis[3], low[3], count[3];

    axes(n, axis);
    w->npw = b->npw;
    w->real = b->real;
    for (int i = 0; i < 3; i++) {
        w->n[i] = n[axis[i]];
        range(b, axis[i], &low[i], &count[i]);
        assert(count[i] <= w->n[i]);
    }
    w->top = count[0];
    w->nrows = count[1];
    w->stride = w->n[0] | 1; /* odd: groups do not meet in a cache set */
    w->at = xcalloc(b->npw, sizeof(*w->at));
    w->mirror = xcalloc(b->npw, sizeof(*w->mirror));
    find_columns(w, b, axis, low);
    plan(w);
    return w;
}

void wave_free(struct wave *w)
{
    if (!w)
        return;
#pragma omp critical(morsel_fftw)
    for (int to = TO_R; to <= TO_G; to++) {
        fftw_destroy_plan(w->column[to]);
        fftw_destroy_plan(w->rows[to]);
        fftw_destroy_plan(w->plane[to]);
    }
    free(w->place);
    free(w->at);
    free(w->mirror);
    free(w);
}

/* The circle of columns is taken for an ellipse of half the axes. */
size_t wave_memory(const struct basis *b, const int n[3])
{
    double nplane, columns;
    int axis[3], low, count[3];

    axes(n, axis);
    for (int i = 0; i < 3; i++)
        range(b, axis[i], &low, &count[i]);
    nplane = (double)n[axis[1]] * n[axis[2]];
    columns = M_PI / 4 * count[1] * count[2] * n[axis[0]];
    return (size_t)(2 * sizeof(int) * b->npw + sizeof(int) * nplane +
                    sizeof(double complex) * (columns + 2.5 * nplane));
}

/* Vectors of two functions, u and v (NULL: none), times fu and fv. */
static void spread_complex(const struct wave *w, double f,
                           const double complex *u, double complex *columns)
{
    for (int g = 0; g < w->npw; g++)
        columns[w->at[g]] = f * u[g];
}

/* psi_u + i psi_v of two real functions. */
static void spread_real(const struct wave *w, double fu,
                        const double complex *u, double fv,
                        const double complex *v, double complex *columns)
{
    fu *= M_SQRT1_2;
    fv *= M_SQRT1_2;
    for (int g = 0; g < w->npw; g++) {
        double complex a = fu * u[g], b = v ? fv * v[g] : 0;

        columns[w->at[g]] = a + I * b;
        columns[w->mirror[g]] = conj(a) + I * conj(b);
    }
    if (w->mirror[0] == w->at[0]) /* G = -G-K: once */
        columns[w->at[0]] *= M_SQRT2;
}

/* The columns of one or two functions, transformed along s. */
static void to_columns(const struct wave *w, const struct scratch *s, double fu,
                       const double complex *u, double fv,
                       const double complex *v)
{
    size_t group = (size_t)w->stride * GROUP;

    memset(s->columns, 0, ngroups(w) * group * sizeof(*s->columns));
    if (w->real)
        spread_real(w, fu, u, fv, v, s->columns);
    else
        spread_complex(w, fu, u, s->columns);
    for (int i = 0; i < ngroups(w); i++)
        fftw_execute_dft(w->column[TO_R], s->columns + i * group,
                         s->columns + i * group);
}

/* to[na][nb] = psi(r) in plane z, from columns of whoever. */
static void to_plane(const struct wave *w, const struct scratch *s,
                     const double complex *columns, int z)
{
    size_t group = (size_t)w->stride * GROUP;
    const double complex *from = columns + (size_t)z * GROUP;

    for (int c = 0; c < w->ncolumns; c++)
        s->rows[w->place[c]] = from[c / GROUP * group + c % GROUP];
    fftw_execute_dft(w->rows[TO_R], s->rows, s->half);
    fftw_execute_dft(w->plane[TO_R], s->half, s->plane);
}

static void from_plane(const struct wave *w, const struct scratch *s, int z)
{
    size_t group = (size_t)w->stride * GROUP;
    double complex *to = s->columns + (size_t)z * GROUP;

    fftw_execute_dft(w->plane[TO_G], s->plane, s->plane);
    fftw_execute_dft(w->rows[TO_G], s->plane, s->plane);
    for (int c = 0; c < w->ncolumns; c++)
        to[c / GROUP * group + c % GROUP] = s->plane[w->place[c]];
}

static void gather_complex(const struct wave *w, const double complex *columns,
                           double complex *u)
{
    double scale = 1.0 / ((double)w->n[0] * w->n[1] * w->n[2]);

    for (int g = 0; g < w->npw; g++)
        u[g] += scale * columns[w->at[g]];
}

/*
 * What was u + i v is h = a + i b with a(-G-K) = a(G)*, b likewise:
 * a = (h(G) + h(-G-K)*) / 2, b = (h(G) - h(-G-K)*) / 2i.
 */
static void gather_real(const struct wave *w, double complex *columns,
                        double complex *u, double complex *v)
{
    double scale = M_SQRT1_2 / ((double)w->n[0] * w->n[1] * w->n[2]);

    if (w->mirror[0] == w->at[0])
        columns[w->at[0]] *= M_SQRT1_2;
    for (int g = 0; g < w->npw; g++) {
        double complex h = columns[w->at[g]];
        double complex m = conj(columns[w->mirror[g]]);

        u[g] += scale * (h + m);
        if (v)
            v[g] -= scale * I * (h - m);
    }
}

static void to_vectors(const struct wave *w, const struct scratch *s,
                       double complex *u, double complex *v)
{
    size_t group = (size_t)w->stride * GROUP;

    for (int i = 0; i < ngroups(w); i++)
        fftw_execute_dft(w->column[TO_G], s->columns + i * group,
                         s->columns + i * group);
    if (w->real)
        gather_real(w, s->columns, u, v);
    else
        gather_complex(w, s->columns, u);
}

static void multiply(int n, const double *v, double complex *psi)
{
    for (int i = 0; i < n; i++)
        psi[i] *= v[i];
}

static void square(int n, double sign, const double complex *psi, double *rho)
{
    for (int i = 0; i < n; i++) {
        double x = creal(psi[i]), y = cimag(psi[i]);

        rho[i] += sign * (x * x + y * y);
    }
}

void wave_potential(const struct wave *w, const double *v, int nb,
                    const double complex *psi, double complex *hpsi)
{
    int together = w->real ? 2 : 1, nplane = w->n[1] * w->n[2];

#pragma omp parallel
    {
        struct scratch s;

        scratch_init(&s, w);
#pragma omp for schedule(dynamic, 1)
        for (int i = 0; i < nb; i += together) {
            size_t first = (size_t)i * w->npw, second = first + w->npw;
            bool two = w->real && i + 1 < nb;

            to_columns(w, &s, 1, psi + first, 1, two ? psi + second : NULL);
            for (int z = 0; z < w->n[0]; z++) {
                to_plane(w, &s, s.columns, z);
                multiply(nplane, v + (size_t)z * nplane, s.plane);
                from_plane(w, &s, z);
            }
            to_vectors(w, &s, hpsi + first, two ? hpsi + second : NULL);
        }
        scratch_release(&s);
    }
}

/*
 * |sqrt(f1) psi_1 + i sqrt(f2) psi_2|^2 = f1 psi_1^2 + f2 psi_2^2 of real
 * functions: so a pair needs occupations of one sign.
 */
struct pair {
    int i, j; /* j < 0: one only */
    double sign;
};

static int pairs(const struct wave *w, int nb, const double *f, struct pair *p)
{
    int n = 0;

    for (int sign = 1; sign >= -1; sign -= 2) {
        int open = -1;

        for (int i = 0; i < nb; i++) {
            if (!(sign * f[i] > 0))
                continue;
            if (open >= 0) {
                p[open].j = i;
                open = -1;
                continue;
            }
            p[n] = (struct pair){i, -1, sign};
            open = w->real ? n : -1;
            n++;
        }
    }
    return n;
}

static void pair_columns(const struct wave *w, const struct scratch *s,
                         const struct pair *p, const double complex *psi,
                         const double *f)
{
    bool two = p->j >= 0;

    to_columns(w, s, sqrt(fabs(f[p->i])), psi + (size_t)p->i * w->npw,
               two ? sqrt(fabs(f[p->j])) : 0,
               two ? psi + (size_t)p->j * w->npw : NULL);
}

void wave_density(const struct wave *w, int nb, const double complex *psi,
                  const double *f, double *rho)
{
    struct pair *p = xcalloc(nb + 1, sizeof(*p));
    int n = pairs(w, nb, f, p), nplane = w->n[1] * w->n[2];
    struct scratch s;

    scratch_init(&s, w);
    for (int i = 0; i < n; i++) {
        pair_columns(w, &s, &p[i], psi, f);
        for (int z = 0; z < w->n[0]; z++) {
            to_plane(w, &s, s.columns, z);
            square(nplane, p[i].sign, s.plane, rho + (size_t)z * nplane);
        }
    }
    scratch_release(&s);
    free(p);
}
