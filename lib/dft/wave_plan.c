#include "wave_plan.h"

#include "grid.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/util.h>

void wave_axes(const int n[3], int axis[3])
{
    int s = n[0] > n[2] ? (n[1] > n[0]) : n[1] > n[2] ? 1 : 2;

    axis[0] = s;
    axis[1] = s == 0 ? 1 : 0;
    axis[2] = s == 2 ? 1 : 2;
}

/*
 * ns of a transform of n points among others side by side, FFTW 3.3.10 with
 * AVX-512.  Lengths that are one codelet of FFTW stand out; the others take
 * about 1.2 ns a point.
 */
static double line_time(int n)
{
    static const struct {
        int n;
        double t;
    } fast[] = {{15, 7},  {16, 6},    {20, 9},    {25, 20},  {32, 14},
                {36, 32}, {48, 41},   {60, 53},   {64, 33},  {80, 70},
                {96, 82}, {120, 113}, {128, 103}, {160, 155}};

    for (size_t i = 0; i < sizeof(fast) / sizeof(*fast); i++)
        if (fast[i].n == n)
            return fast[i].t;
    return n < 15 ? 0.4 * n : 1.2 * n;
}

/* Of one transform on n points, where least[] hold the sphere twice. */
static double transform_time(const int least[3], const int n[3])
{
    int x[3];

    wave_axes(n, x);
    double ns = n[x[0]], nb = n[x[2]], rows = least[x[1]] / 2.0;
    double columns = M_PI / 16 * least[x[1]] * least[x[2]];

    return columns * line_time(n[x[0]]) +
           ns * (rows * line_time(n[x[2]]) + nb * line_time(n[x[1]])) +
           0.5 * ns * (columns + nb * n[x[1]]); /* copies, v psi */
}

/* The lengths of fast transforms from n to a third more; below 10^9 they are
 * less than CHOICES. */
enum { CHOICES = 64 };
static int lengths(int n, int of[CHOICES])
{
    int count = 0;

    for (int i = n; i <= n + n / 3 && count < CHOICES; i++)
        if (grid_smooth(i))
            of[count++] = i;
    return count;
}

void wave_points(int n[3])
{
    const int least[3] = {n[0], n[1], n[2]};
    double best = INFINITY;
    int of[3][CHOICES], count[3] = {0}, t[3];

    for (int i = 0; i < 3; i++)
        count[i] = lengths(n[i], of[i]);
    for (int i = 0; i < count[0]; i++)
        for (int j = 0; j < count[1]; j++)
            for (int k = 0; k < count[2]; k++) {
                t[0] = of[0][i];
                t[1] = of[1][j];
                t[2] = of[2][k];
                if (transform_time(least, t) < best) {
                    best = transform_time(least, t);
                    memcpy(n, t, sizeof(t));
                }
            }
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

/* Number the columns that the basis needs by (b, a); column[nplane] is the
 * number of each, or -1. */
static void find_columns(struct wave *w, int (*m)[3], int count, int *column)
{
    int nplane = w->n[2] * w->nrows, n = 0;

    for (int i = 0; i < nplane; i++)
        column[i] = -1;
    for (int i = 0; i < count; i++)
        column[m[i][2] * w->nrows + m[i][1]] = 0;
    w->place = xcalloc(nplane, sizeof(*w->place));
    w->column = xcalloc(nplane, sizeof(*w->column));
    for (int i = 0; i < nplane; i++)
        if (column[i] == 0) {
            w->place[n] = i;
            w->column[n] = n / GROUP * w->stride * GROUP + n % GROUP;
            column[i] = n++;
        }
    w->ncolumns = n;
    w->ngroups = (n + GROUP - 1) / GROUP;
}

/* Sort count plane waves m by groups; but for number 0 if skip. */
static void find_places(const struct wave *w, struct places *p, int (*m)[3],
                        bool skip, const int *column)
{
    int *next = xcalloc(w->ngroups + 1, sizeof(*next));

    p->first = xcalloc(w->ngroups + 1, sizeof(*p->first));
    p->g = xcalloc(w->npw, sizeof(*p->g));
    p->at = xcalloc(w->npw, sizeof(*p->at));
    for (int g = skip; g < w->npw; g++)
        p->first[column[m[g][2] * w->nrows + m[g][1]] / GROUP + 1]++;
    for (int i = 0; i < w->ngroups; i++)
        next[i + 1] = p->first[i + 1] += p->first[i];
    for (int g = skip; g < w->npw; g++) {
        int c = column[m[g][2] * w->nrows + m[g][1]], i = next[c / GROUP]++;

        p->g[i] = g;
        p->at[i] = m[g][0] * GROUP + c % GROUP;
    }
    free(next);
}

static void places_release(struct places *p)
{
    free(p->first);
    free(p->g);
    free(p->at);
}

static void find(struct wave *w, const struct basis *b, const int axis[3],
                 const int low[3])
{
    int both = b->real ? 2 : 1;
    int(*m)[3] = xcalloc((size_t)both * b->npw, sizeof(*m));
    int *column = xcalloc((size_t)w->n[2] * w->nrows, sizeof(*column));

    for (int g = 0; g < b->npw; g++)
        for (int i = 0; i < 3; i++) {
            m[g][i] = b->m[g][axis[i]] - low[i];
            if (b->real)
                m[b->npw + g][i] = partner(b, g, axis[i]) - low[i];
        }
    find_columns(w, m, both * b->npw, column);
    w->self = b->real && memcmp(m[0], m[b->npw], sizeof(m[0])) == 0;
    if (w->self) {
        int c = column[m[0][2] * w->nrows + m[0][1]];

        w->self_group = c / GROUP;
        w->self_at = m[0][0] * GROUP + c % GROUP;
    }
    find_places(w, &w->up, m, w->self, column);
    if (b->real)
        find_places(w, &w->down, m + b->npw, w->self, column);
    free(m);
    free(column);
}

static double complex *array(size_t n)
{
    double complex *a = fftw_alloc_complex(n);

    if (a)
        memset(a, 0, n * sizeof(*a));
    else
        xcalloc(SIZE_MAX, 2); /* says so, and ends */
    return a;
}

void scratch_init(struct scratch *s, const struct wave *w)
{
    size_t rows = (size_t)w->nrows * w->n[2];
    size_t plane = (size_t)w->n[1] * w->n[2];

    s->columns = array((size_t)w->ngroups * w->stride * GROUP);
    s->line = array((size_t)w->n[0] * GROUP);
    s->open = array(rows);
    s->half = array(plane);
    s->plane = array(plane);
    s->back = array(plane);
    s->shut = array(rows);
    s->end = array((size_t)w->n[0] * GROUP);
}

void scratch_release(struct scratch *s)
{
    fftw_free(s->columns);
    fftw_free(s->line);
    fftw_free(s->open);
    fftw_free(s->half);
    fftw_free(s->plane);
    fftw_free(s->back);
    fftw_free(s->shut);
    fftw_free(s->end);
}

/* howmany lines of n numbers: stride and distance of lines, in and out. */
static fftw_plan lines(int n, int howmany, double complex *in, int stride,
                       int dist, double complex *out, int out_stride, int to)
{
    return fftw_plan_many_dft(
        1, &n, howmany, in, NULL, stride, dist, out, NULL, out_stride, 1,
        to == TO_R ? FFTW_BACKWARD : FFTW_FORWARD, FFTW_ESTIMATE);
}

static void plan(struct wave *w)
{
    int ns = w->n[0], na = w->n[1], nb = w->n[2], nr = w->nrows;
    struct scratch s;

    scratch_init(&s, w);
#pragma omp critical(morsel_fftw)
    {
        w->column_plan[TO_R] =
            lines(ns, GROUP, s.line, GROUP, 1, s.columns, GROUP, TO_R);
        w->row_plan[TO_R] = lines(nb, nr, s.open, nr, 1, s.half, na, TO_R);
        w->plane_plan[TO_R] = lines(na, nb, s.half, 1, na, s.plane, nb, TO_R);
        w->plane_plan[TO_G] = lines(na, nb, s.plane, nb, 1, s.back, nb, TO_G);
        w->row_plan[TO_G] = lines(nb, nr, s.back, 1, nb, s.shut, nr, TO_G);
        w->column_plan[TO_G] =
            lines(ns, GROUP, s.columns, GROUP, 1, s.end, GROUP, TO_G);
    }
    scratch_release(&s);
}

struct wave *wave_new(const struct basis *b, const int n[3])
{
    struct wave *w = xcalloc(1, sizeof(*w));
    int axis[3], low[3], count[3];

    wave_axes(n, axis);
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
    find(w, b, axis, low);
    plan(w);
    return w;
}

void wave_free(struct wave *w)
{
    if (!w)
        return;
#pragma omp critical(morsel_fftw)
    for (int to = TO_R; to <= TO_G; to++) {
        fftw_destroy_plan(w->column_plan[to]);
        fftw_destroy_plan(w->row_plan[to]);
        fftw_destroy_plan(w->plane_plan[to]);
    }
    free(w->column);
    free(w->place);
    places_release(&w->up);
    places_release(&w->down);
    free(w);
}
