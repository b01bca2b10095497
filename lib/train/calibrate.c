#include <morsel/train.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Digamma of x > 0: upwards by psi(x) = psi(x + 1) - 1 / x, then the series. */
static double digamma(double x)
{
    double sum = 0;

    while (x < 8) {
        sum -= 1 / x;
        x++;
    }
    double y = 1 / (x * x);

    return sum + log(x) - 0.5 / x -
           y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y / 240)));
}

static double square_distance(const double *p, const double *q)
{
    double sum = 0;

    for (int c = 0; c < 3; c++)
        sum += (p[c] - q[c]) * (p[c] - q[c]);
    return sum;
}

bool calibration_pair(struct calibration_pair *p, const struct frame *f,
                      const struct label_names *names, const char *kind)
{
    const double *ml = frame_get_column(f, "ml_forces", 3);
    const double *sigma = frame_get_column(f, "ml_sigma_f", 1);
    const char *of = frame_get_text(f, "ml_kind");
    const struct atoms *a = &f->atoms;
    struct label label;
    double factor = 1, d2 = 0, s2 = 0;

    *p = (struct calibration_pair){0};
    if (!ml || !sigma || !frame_get_label(f, names, &label) || !label.forces)
        return false;
    if (of && kind && strcmp(of, kind) != 0)
        return false;
    if (frame_get_real(f, "ml_factor", &factor) && !(factor > 0))
        return false;
    p->ratio = xcalloc((size_t)a->natoms, sizeof *p->ratio);
    for (int i = 0; i < a->natoms; i++) {
        double s = sigma[i] / factor;
        double d = square_distance(ml + 3 * (size_t)i, label.forces[i]);

        if (!atom_may_move(a, i))
            continue;
        d2 += d;
        s2 += s * s;
        p->ratio[p->n++] = sqrt(d) / s;
    }
    p->error = sqrt(d2 / fmax(1, p->n));
    p->sigma = sqrt(s2 / fmax(1, p->n));
    if (p->sigma > 0 && isfinite(p->error) && isfinite(p->sigma))
        return true;
    calibration_pair_release(p);
    return false;
}

void calibration_pair_release(struct calibration_pair *p)
{
    free(p->ratio);
    *p = (struct calibration_pair){0};
}

/* log q less what is expected of it; bounded, so that no frame is a ruin. */
static double log_scale(const struct calibration_pair *p)
{
    const double most = log(1e6);
    double half = 1.5 * p->n, q = p->error / p->sigma;
    double x = 2 * log(q) - (digamma(half) - log(half));

    return x > -most ? fmin(x, most) : -most;
}

/* The factor, from all pairs but number `without`. */
static double factor_of(const struct calibration_pair *pair, int n, int without)
{
    double sum = 0;
    int count = 0;

    for (int i = 0; i < n; i++)
        if (i != without) {
            sum += log_scale(&pair[i]);
            count++;
        }
    return exp(sum / (2 * (count + CALIBRATION_PRIOR)));
}

void calibrate(struct calibration *c, const struct calibration_pair *pair,
               int n)
{
    double within[2] = {0};

    *c = CALIBRATION_NONE;
    for (int i = 0; i < n; i++) {
        double factor = factor_of(pair, n, i);

        for (int a = 0; a < pair[i].n; a++)
            for (int k = 0; k < 2; k++)
                within[k] += pair[i].ratio[a] <= (k + 1) * factor;
        c->atoms += pair[i].n;
    }
    if (n == 0)
        return;
    c->factor = factor_of(pair, n, -1);
    c->frames = n;
    for (int k = 0; k < 2; k++)
        c->within[k] = within[k] / fmax(1, c->atoms);
}

int calibrate_pool(struct calibration *c, struct pool *pool,
                   const struct label_names *names, const char *kind,
                   struct err *err)
{
    struct calibration_pair *pair = xcalloc(CALIBRATION_FRAMES, sizeof *pair);
    int n = 0, ret = 0;

    for (int i = pool->n - 1; ret == 0 && i >= 0 && n < CALIBRATION_FRAMES;
         i--) {
        const struct frame *f = pool_get(pool, i, err);

        if (!f)
            ret = err->code;
        else if (calibration_pair(&pair[n], f, names, kind))
            n++;
    }
    calibrate(c, pair, n);
    for (int i = 0; i < n; i++)
        calibration_pair_release(&pair[i]);
    free(pair);
    return ret;
}
