#include "gth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "atom.h"

/*
 * A projector in reciprocal space.  With x = qa and Laguerre's polynomials
 * (I. S. Gradshteyn and I. M. Ryzhik, Table of Integrals, 6.631),
 *
 *     int r^(l+2n+2) j_l(qr) exp(-r^2/2a^2) dr
 *         = sqrt(pi/2) a^(l+2n+3) x^l exp(-x^2/2) P_n(x^2),
 *     P_0 = 1,  P_1 = 2l+3 - x^2,
 *     P_2 = (2l+3)(2l+5) - 2(2l+5) x^2 + x^4,
 *
 * so that f(q) = 4 pi^(3/2) a^(3/2) Gamma(l+2n+3/2)^(-1/2)
 *                x^l P_n(x^2) exp(-x^2/2).
 */
struct projector {
    int l;
    double a;
    double p[3]; /* coefficients of P_n in x^2, times the factor */
};

struct pseudo_data {
    struct gth gth;
    struct projector *beta; /* [nbeta] */
    struct start start;
};

static struct projector projector(int l, int n, double a)
{
    static const double pi15 = 5.5683279968317078453; /* pi^(3/2) */
    double f = 4 * pi15 * sqrt(a * a * a / tgamma(l + 2 * n + 1.5));
    struct projector b = {.l = l, .a = a};

    switch (n) {
    case 0:
        b.p[0] = f;
        break;
    case 1:
        b.p[0] = f * (2 * l + 3);
        b.p[1] = -f;
        break;
    default:
        b.p[0] = f * (2 * l + 3) * (2 * l + 5);
        b.p[1] = -f * 2 * (2 * l + 5);
        b.p[2] = f;
    }
    return b;
}

static double beta_of_q(const struct projector *b, double q, double *slope)
{
    double x = q * b->a, t = x * x;
    double power = 1, lower = 0; /* x^l, l x^(l-1) */
    double gauss = exp(-t / 2);
    double p = b->p[0] + t * (b->p[1] + t * b->p[2]);

    for (int l = 0; l < b->l; l++) {
        lower = (l + 1) * power;
        power *= x;
    }
    if (slope) {
        double dp = 2 * x * (b->p[1] + 2 * t * b->p[2]);

        *slope = b->a * gauss * (lower * p + power * (dp - x * p));
    }
    return power * p * gauss;
}

/*
 * f(q) = exp(-x^2/2) (-4 pi zion / q^2 + (2 pi)^(3/2) rloc^3 (C1
 *        + C2 (3 - x^2) + C3 (15 - 10 x^2 + x^4)
 *        + C4 (105 - 105 x^2 + 21 x^4 - x^6))),   x = q rloc.
 */
static double local_of_q(const struct gth *g, double q, double *slope)
{
    static const double root = 15.749609945722419; /* (2 pi)^(3/2) */
    const double *c = g->c;
    double cube = root * g->rloc * g->rloc * g->rloc;
    double x = q * g->rloc, t = x * x;
    double p = c[0] + c[1] * (3 - t) + c[2] * (15 - t * (10 - t)) +
               c[3] * (105 - t * (105 - t * (21 - t)));
    double dp = -c[1] - c[2] * (10 - 2 * t) - c[3] * (105 - t * (42 - 3 * t));
    double gauss, coulomb, f;

    if (q < 1e-10) { /* the Gaussian of -4 pi zion/q^2 leaves its half */
        if (slope)
            *slope = 0;
        return 2 * M_PI * g->zion * g->rloc * g->rloc + cube * p;
    }
    gauss = exp(-t / 2);
    coulomb = -4 * M_PI * g->zion / (q * q);
    f = gauss * (coulomb + cube * p);
    if (slope)
        *slope = -g->rloc * x * f +
                 gauss * (-2 * coulomb / q + cube * dp * 2 * x * g->rloc);
    return f;
}

static double eval(const struct pseudo *p, enum pseudo_part part, int i,
                   double q, double *slope)
{
    const struct pseudo_data *d = p->data;

    switch (part) {
    case PSEUDO_LOCAL:
        return local_of_q(&d->gth, q, slope);
    case PSEUDO_BETA:
        return beta_of_q(&d->beta[i], q, slope);
    case PSEUDO_DENSITY:
    case PSEUDO_ORBITAL:
        return start_eval(&d->start, part, i, q, slope);
    default:
        if (slope)
            *slope = 0;
        return 0;
    }
}

static void release(struct pseudo *p)
{
    start_release(&p->data->start);
    free(p->data->beta);
    free(p->data);
}

double gth_local(const struct gth *g, double r)
{
    double x = r / g->rloc, t = x * x;
    double p = g->c[0] + t * (g->c[1] + t * (g->c[2] + t * g->c[3]));
    double coulomb = r < 1e-10 * g->rloc ? M_2_SQRTPI * M_SQRT1_2 / g->rloc
                                         : erf(x * M_SQRT1_2) / r;

    return -g->zion * coulomb + exp(-t / 2) * p;
}

double gth_projector(const struct gth *g, int l, int n, double r)
{
    double a = g->channel[l].a, x = r / a;
    double norm = sqrt(2 / (a * a * a * tgamma(l + 2 * n + 1.5)));

    return norm * pow(x, l + 2 * n) * exp(-x * x / 2);
}

/* See pseudo.h; <r^2> of beta_n is (l + 2n + 3/2) a^2. */
static double core_radius(const struct gth *g)
{
    double radius = 0, r = 4 * g->rloc;

    while (r > 0 && fabs(r * gth_local(g, r) / g->zion + 1) < 0.1)
        r -= 0.01 * g->rloc;
    radius = r;
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        const struct gth_channel *s = &g->channel[l];

        if (s->n)
            radius = fmax(radius, s->a * sqrt(l + 2 * (s->n - 1) + 1.5));
    }
    return radius;
}

static void set_projectors(struct pseudo *p, const struct gth *g)
{
    int n = 0, at = 0;

    for (int l = 0; l <= PSEUDO_MAX_L; l++)
        n += g->channel[l].n;
    p->nbeta = n;
    p->l = xcalloc(n, sizeof(*p->l));
    p->d = xcalloc((size_t)n * n, sizeof(*p->d));
    p->data->beta = xcalloc(n, sizeof(*p->data->beta));
    for (int l = 0; l <= PSEUDO_MAX_L; l++) {
        const struct gth_channel *s = &g->channel[l];

        for (int i = 0; i < s->n; i++) {
            p->l[at + i] = l;
            p->data->beta[at + i] = projector(l, i, s->a);
            for (int j = 0; j < s->n; j++)
                p->d[(at + i) * n + at + j] = s->h[i][j];
        }
        at += s->n;
    }
}

void gth_atom(struct atom *a, const struct pseudo *p)
{
    const struct gth *g = &p->data->gth;
    double least = g->rloc;
    int i = 0;

    atom_init(a, p);
    for (int k = 0; k < ATOM_POINTS; k++)
        a->local[k] = gth_local(g, (k + 1) * ATOM_STEP);
    for (int l = 0; l <= PSEUDO_MAX_L; l++)
        for (int n = 0; n < g->channel[l].n; n++, i++) {
            least = fmin(least, g->channel[l].a);
            for (int k = 0; k < ATOM_POINTS; k++)
                a->beta[i * ATOM_POINTS + k] =
                    gth_projector(g, l, n, (k + 1) * ATOM_STEP);
        }
    a->sharp = 2 / (least * least);
}

/* Beyond this next to nothing is left of the density, 1/bohr. */
static const double start_qmax = 45;

void gth_analytic(struct pseudo *p, const struct gth *g)
{
    p->z = g->z;
    p->zion = g->zion;
    snprintf(p->functional, sizeof p->functional, "%s", g->functional);
    p->data = xcalloc(1, sizeof(*p->data));
    p->data->gth = *g;
    p->core_radius = core_radius(g);
    p->eval = eval;
    p->release = release;
    set_projectors(p, g);
}

int gth_make(struct pseudo *p, const struct gth *g, struct err *err)
{
    struct atom a;
    int ret;

    gth_analytic(p, g);
    gth_atom(&a, p);
    ret = atom_start(&a, p, &p->data->start, start_qmax, err);
    atom_release(&a);
    if (ret < 0)
        pseudo_release(p);
    return ret;
}
