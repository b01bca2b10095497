#include "wave_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

#include <morsel/util.h>

/* A clone for each kind of processor: all give the same numbers. */
#if defined __x86_64__ && defined __GLIBC__
#define EACH_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EACH_CPU
#endif

/* How many points there are along s, a, b, and how far apart in a grid. */
static void strides(const int n[3], int many[3], size_t step[3])
{
    const size_t apart[3] = {(size_t)n[1] * n[2], n[2], 1};
    int axis[3];

    wave_axes(n, axis);
    for (int i = 0; i < 3; i++) {
        many[i] = n[axis[i]];
        step[i] = apart[axis[i]];
    }
}

void wave_layout(const int n[3], const double *r, double *to)
{
    size_t step[3];
    int m[3];

    strides(n, m, step);
    for (int s = 0; s < m[0]; s++)
        for (int a = 0; a < m[1]; a++)
            for (int b = 0; b < m[2]; b++)
                *to++ = r[s * step[0] + a * step[1] + b * step[2]];
}

void wave_unlayout(const int n[3], const double *from, double *r)
{
    size_t step[3];
    int m[3];

    strides(n, m, step);
    for (int s = 0; s < m[0]; s++)
        for (int a = 0; a < m[1]; a++)
            for (int b = 0; b < m[2]; b++)
                r[s * step[0] + a * step[1] + b * step[2]] = *from++;
}

/* Fill the line of a group with f c(G) of one function. */
static void spread(const struct wave *w, int group, double f,
                   const double complex *u, double complex *line)
{
    const struct places *p = &w->up;

    for (int i = p->first[group]; i < p->first[group + 1]; i++)
        line[p->at[i]] = f * u[p->g[i]];
}

/* The same with fu c_u(G) + i fv c_v(G) of two real functions. */
static void spread_two(const struct wave *w, int group, double fu,
                       const double complex *u, double fv,
                       const double complex *v, double complex *line)
{
    const struct places *p = &w->up, *m = &w->down;

    if (w->self && group == w->self_group)
        line[w->self_at] = fu * u[0] + I * (fv * v[0]);
    fu *= M_SQRT1_2;
    fv *= M_SQRT1_2;
    for (int i = p->first[group]; i < p->first[group + 1]; i++)
        line[p->at[i]] = fu * u[p->g[i]] + I * (fv * v[p->g[i]]);
    for (int i = m->first[group]; i < m->first[group + 1]; i++)
        line[m->at[i]] = fu * conj(u[m->g[i]]) + I * (fv * conj(v[m->g[i]]));
}

/* The columns of one or two functions (a lone real one stands for both, with
 * fv = 0), transformed along s. */
static void to_columns(const struct wave *w, const struct scratch *s, double fu,
                       const double complex *u, double fv,
                       const double complex *v)
{
    size_t used = (size_t)w->top * GROUP * sizeof(*s->line);

    for (int i = 0; i < w->ngroups; i++) {
        memset(s->line, 0, used);
        if (w->real)
            spread_two(w, i, fu, u, fv, v, s->line);
        else
            spread(w, i, fu, u, s->line);
        fftw_execute_dft(w->column_plan[TO_R], s->line,
                         s->columns + (size_t)i * w->stride * GROUP);
    }
}

/* plane[na][nb] = psi(r) in plane z, from columns of whoever. */
static void to_plane(const struct wave *w, const struct scratch *s,
                     const double complex *columns, int z)
{
    columns += (size_t)z * GROUP;
    for (int c = 0; c < w->ncolumns; c++)
        s->open[w->place[c]] = columns[w->column[c]];
    fftw_execute_dft(w->row_plan[TO_R], s->open, s->half);
    fftw_execute_dft(w->plane_plan[TO_R], s->half, s->plane);
}

static void from_plane(const struct wave *w, const struct scratch *s, int z)
{
    double complex *columns = s->columns + (size_t)z * GROUP;

    fftw_execute_dft(w->plane_plan[TO_G], s->plane, s->back);
    fftw_execute_dft(w->row_plan[TO_G], s->back, s->shut);
    for (int c = 0; c < w->ncolumns; c++)
        columns[w->column[c]] = s->shut[w->place[c]];
}

static void gather(const struct wave *w, int group, double scale,
                   const double complex *line, double complex *u)
{
    const struct places *p = &w->up;

    for (int i = p->first[group]; i < p->first[group + 1]; i++)
        u[p->g[i]] += scale * line[p->at[i]];
}

/*
 * What was u + i v is h = a + i b with a(-G-K) = a(G)*, b likewise:
 * a = (h(G) + h(-G-K)*) / 2, b = (h(G) - h(-G-K)*) / 2i.  v may be NULL.
 */
static void gather_two(const struct wave *w, int group, double scale,
                       const double complex *line, double complex *u,
                       double complex *v)
{
    const struct places *p = &w->up, *m = &w->down;
    double half = M_SQRT1_2 * scale;

    for (int i = p->first[group]; i < p->first[group + 1]; i++)
        u[p->g[i]] += half * line[p->at[i]];
    for (int i = m->first[group]; i < m->first[group + 1]; i++)
        u[m->g[i]] += half * conj(line[m->at[i]]);
    for (int i = p->first[group]; v && i < p->first[group + 1]; i++)
        v[p->g[i]] -= I * (half * line[p->at[i]]);
    for (int i = m->first[group]; v && i < m->first[group + 1]; i++)
        v[m->g[i]] += I * (half * conj(line[m->at[i]]));
    if (w->self && group == w->self_group) {
        u[0] += scale * creal(line[w->self_at]);
        if (v)
            v[0] += scale * cimag(line[w->self_at]);
    }
}

static void to_vectors(const struct wave *w, const struct scratch *s,
                       double complex *u, double complex *v)
{
    double scale = 1.0 / ((double)w->n[0] * w->n[1] * w->n[2]);

    for (int i = 0; i < w->ngroups; i++) {
        fftw_execute_dft(w->column_plan[TO_G],
                         s->columns + (size_t)i * w->stride * GROUP, s->end);
        if (w->real)
            gather_two(w, i, scale, s->end, u, v);
        else
            gather(w, i, scale, s->end, u);
    }
}

EACH_CPU
static void multiply(int n, const double *restrict v,
                     double complex *restrict psi)
{
    for (int i = 0; i < n; i++)
        psi[i] *= v[i];
}

/* rho += sign |psi|^2 */
EACH_CPU
static void square(int n, double sign, const double complex *restrict psi,
                   double *restrict rho)
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

#pragma omp parallel if (nb > together)
    {
        struct scratch s;

        scratch_init(&s, w);
#pragma omp for schedule(dynamic, 1)
        for (int i = 0; i < nb; i += together) {
            size_t first = (size_t)i * w->npw, second = first + w->npw;
            bool two = w->real && i + 1 < nb;

            to_columns(w, &s, 1, psi + first, two,
                       psi + (two ? second : first));
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
    int i, j; /* the same: one only */
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
            p[n] = (struct pair){i, i, sign};
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
    to_columns(w, s, sqrt(fabs(f[p->i])), psi + (size_t)p->i * w->npw,
               p->j != p->i ? sqrt(fabs(f[p->j])) : 0,
               psi + (size_t)p->j * w->npw);
}

/*
 * Threads take a function each for the columns, and planes of all these for
 * the rest: each point is added up in the order of the bands.
 */
void wave_density(const struct wave *w, int nb, const double complex *psi,
                  const double *f, double *rho)
{
    struct pair *p = xcalloc(nb + 1, sizeof(*p));
    struct scratch *each = xcalloc(omp_get_max_threads(), sizeof(*each));
    int n = pairs(w, nb, f, p), nplane = w->n[1] * w->n[2];

#pragma omp parallel
    {
        int nthreads = omp_get_num_threads();
        struct scratch *s = &each[omp_get_thread_num()];

        scratch_init(s, w);
#pragma omp barrier
        for (int first = 0; first < n; first += nthreads) {
            int end = first + nthreads < n ? first + nthreads : n;

#pragma omp for schedule(static, 1)
            for (int i = first; i < end; i++)
                pair_columns(w, &each[i - first], &p[i], psi, f);
#pragma omp for schedule(static)
            for (int z = 0; z < w->n[0]; z++)
                for (int i = first; i < end; i++) {
                    to_plane(w, s, each[i - first].columns, z);
                    square(nplane, p[i].sign, s->plane,
                           rho + (size_t)z * nplane);
                }
        }
        scratch_release(s);
    }
    free(each);
    free(p);
}
