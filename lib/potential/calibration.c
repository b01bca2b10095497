#include <morsel/potential.h>

#include <math.h>

void prediction_calibrate(struct prediction *p, const struct calibration *c)
{
    p->factor = c->factor;
    p->sigma_e *= c->factor;
    for (int i = 0; i < p->natoms; i++)
        p->sigma_f[i] *= c->factor;
}

void calibration_put(const struct calibration *c, struct bin *b)
{
    bin_put_real(b, c->factor);
    bin_put_u64(b, (uint64_t)c->frames);
    bin_put_u64(b, (uint64_t)c->atoms);
    bin_put_reals(b, c->within, 2);
}

static bool is_fraction(double x)
{
    return x >= 0 && x <= 1;
}

void calibration_get(struct calibration *c, struct bin *b)
{
    c->factor = bin_get_real(b);
    c->frames = bin_get_count(b, INT32_MAX, 0);
    c->atoms = bin_get_count(b, INT32_MAX, 0);
    bin_get_reals(b, c->within, 2);
    if (!(c->factor > 0) || isinf(c->factor) || !is_fraction(c->within[0]) ||
        !is_fraction(c->within[1]))
        b->bad = true;
}
