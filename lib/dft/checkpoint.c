#include "stream.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char format[] = "morsel-dft";
enum { VERSION = 1, MAX_POINTS = 1000000 };

static char *path_of(const char *dir, uint64_t key)
{
    return xasprintf("%s/%016" PRIx64 ".dft", dir, key);
}

static void put(struct bin *b, const struct memory *m)
{
    bin_put_u64(b, m->key);
    bin_put_u64(b, m->nspin);
    bin_put_u64(b, m->ng);
    bin_put_u64(b, m->nk);
    bin_put_u64(b, m->nbands);
    bin_put_reals(b, (const double *)m->drho, (size_t)2 * m->nspin * m->ng);
    for (int i = 0; i < m->nk; i++) {
        bin_put_u64(b, m->npw[i]);
        bin_put_reals(b, m->k[i], 3);
    }
    bin_put_reals(b, m->e, (size_t)m->nspin * m->nk * m->nbands);
    for (int i = 0; i < m->nspin * m->nk; i++)
        bin_put_reals(b, (const double *)m->psi[i],
                      (size_t)2 * m->nbands * m->npw[i % m->nk]);
}

/* Several processes may write the same problem: each under a name of its own
 * first; the last wins. */
int memory_write(const struct memory *m, const char *dir, struct err *err)
{
    char *path = path_of(dir, m->key);
    char *mine = xasprintf("%s.%ld", path, (long)getpid());
    FILE *f = output_open(mine, err);
    struct bin b;
    int ret = ERR_IO;

    if (f) {
        bin_init(&b, format, VERSION);
        put(&b, m);
        ret = bin_write(&b, f, mine, err);
        bin_release(&b);
        if (ret < 0)
            output_discard(f, mine);
        else
            ret = output_close(f, mine, err);
    }
    if (ret == 0 && rename(mine, path) != 0) {
        ret = err_errno(err, "cannot rename '%s' to '%s'", mine, path);
        unlink(mine);
    }
    free(path);
    free(mine);
    return ret;
}

/* n finite numbers, allocated if the file can hold as many. */
static double *get_reals(struct bin *b, size_t n)
{
    double *x;

    if (b->bad || n > (b->size - b->at) / sizeof(*x)) {
        b->bad = true;
        return NULL;
    }
    x = xcalloc(n, sizeof(*x));
    bin_get_reals(b, x, n);
    for (size_t i = 0; i < n; i++)
        b->bad = b->bad || !isfinite(x[i]);
    return x;
}

static void get_points(struct bin *b, struct memory *m)
{
    m->npw = xcalloc(m->nk, sizeof(*m->npw));
    m->k = xcalloc(m->nk, sizeof(*m->k));
    for (int i = 0; i < m->nk; i++) {
        m->npw[i] = bin_get_count(b, INT32_MAX, sizeof(double complex));
        bin_get_reals(b, m->k[i], 3);
    }
}

/* No more is allocated than there is in the file. */
static void get(struct bin *b, struct memory *m)
{
    m->key = bin_get_u64(b);
    m->nspin = bin_get_count(b, 2, 1);
    m->ng = bin_get_count(b, INT32_MAX, sizeof(double complex));
    m->nk = bin_get_count(b, MAX_POINTS, 32);
    m->nbands = bin_get_count(b, MAX_POINTS, sizeof(double));
    m->drho = (double complex *)get_reals(b, (size_t)2 * m->nspin * m->ng);
    get_points(b, m);
    m->e = get_reals(b, (size_t)m->nspin * m->nk * m->nbands);
    m->psi = xcalloc((size_t)m->nspin * m->nk, sizeof(double complex *));
    for (int i = 0; i < m->nspin * m->nk; i++)
        m->psi[i] = (double complex *)get_reals(b, (size_t)2 * m->nbands *
                                                       m->npw[i % m->nk]);
}

void memory_read(struct memory *m, const char *dir, uint64_t key)
{
    char *path = path_of(dir, key);
    struct bin b;
    struct err err;

    memory_release(m);
    if (access(path, R_OK) == 0 &&
        bin_read(&b, path, format, VERSION, &err) == 0) {
        get(&b, m);
        m->full = !b.bad && b.at == b.size && m->key == key;
        if (!m->full)
            memory_release(m);
        bin_release(&b);
    }
    free(path);
}
