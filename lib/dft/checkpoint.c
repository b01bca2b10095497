#include "stream.h"

#include <inttypes.h>
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
    if (ret == 0 && rename(mine, path) != 0)
        ret = err_errno(err, "cannot rename %s", mine);
    free(path);
    free(mine);
    return ret;
}

static void get(struct bin *b, struct memory *m)
{
    const size_t number = sizeof(double complex);

    m->key = bin_get_u64(b);
    m->nspin = bin_get_count(b, 2, 1);
    m->ng = bin_get_count(b, INT32_MAX, number);
    m->nk = bin_get_count(b, MAX_POINTS, 28);
    m->nbands = bin_get_count(b, MAX_POINTS, 8);
    if (b->bad || m->nspin == 0)
        return;
    m->drho = xcalloc((size_t)m->nspin * m->ng, sizeof(*m->drho));
    bin_get_reals(b, (double *)m->drho, (size_t)2 * m->nspin * m->ng);
    m->npw = xcalloc(m->nk, sizeof(*m->npw));
    m->k = xcalloc(m->nk, sizeof(*m->k));
    for (int i = 0; i < m->nk; i++) {
        m->npw[i] = bin_get_count(b, INT32_MAX, number);
        bin_get_reals(b, m->k[i], 3);
    }
    m->e = xcalloc((size_t)m->nspin * m->nk * m->nbands, sizeof(*m->e));
    bin_get_reals(b, m->e, (size_t)m->nspin * m->nk * m->nbands);
    m->psi = xcalloc((size_t)m->nspin * m->nk, sizeof(double complex *));
    for (int i = 0; !b->bad && i < m->nspin * m->nk; i++) {
        size_t n = (size_t)m->nbands * m->npw[i % m->nk];

        if (n > b->size / number) {
            b->bad = true;
            return;
        }
        m->psi[i] = xcalloc(n, sizeof(**m->psi));
        bin_get_reals(b, (double *)m->psi[i], 2 * n);
    }
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
        m->full = !b.bad && m->key == key;
        if (!m->full)
            memory_release(m);
        bin_release(&b);
    }
    free(path);
}
