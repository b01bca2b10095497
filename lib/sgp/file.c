#include <morsel/sgp.h>

#include <math.h>
#include <stdlib.h>

enum { MAX_ENVIRONMENTS = 20000 };

/* Of S's factor the lower triangle, row by row. */
void sgp_put(const struct sgp *s, struct bin *b)
{
    size_t width = (size_t)sgp_width(s);

    bin_put_real(b, s->length);
    bin_put_real(b, s->sigma);
    for (int el = 0; el < s->nelement; el++) {
        bin_put_u64(b, (uint64_t)sgp_count(s, el));
        bin_put_reals(b, s->z[el],
                      (size_t)sgp_count(s, el) * (size_t)s->nsf[el]);
    }
    for (size_t i = 0; i < width; i++)
        bin_put_reals(b, s->s + i * width, i + 1);
}

static void get_finite(struct bin *b, double *x, size_t n)
{
    bin_get_reals(b, x, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            b->bad = true;
}

/* Sizes are compared with what is left of the file before memory is taken. */
void sgp_get(struct sgp *s, int nelement, const int *nsf, struct bin *b)
{
    sgp_init(s, nelement, nsf);
    s->length = bin_get_real(b);
    s->sigma = bin_get_real(b);
    if (!(s->length > 1e-6 && s->length < 1e6 && s->sigma >= 0 &&
          isfinite(s->sigma)))
        b->bad = true;
    for (int el = 0; el < nelement; el++) {
        int n = bin_get_count(b, MAX_ENVIRONMENTS, 8 * (size_t)nsf[el]);
        size_t size = (size_t)n * (size_t)nsf[el];

        s->first[el + 1] = s->first[el] + n;
        s->z[el] = xcalloc(size, sizeof **s->z);
        get_finite(b, s->z[el], size);
    }
    size_t width = (size_t)sgp_width(s);

    if ((b->size - b->at) / 8 < width * (width + 1) / 2)
        b->bad = true;
    if (b->bad)
        return;
    s->s = xcalloc(width * width, sizeof *s->s);
    for (size_t i = 0; i < width; i++) {
        get_finite(b, s->s + i * width, i + 1);
        if (!(s->s[i * width + i] > 0.999)) /* S is 1 at least */
            b->bad = true;
    }
}
