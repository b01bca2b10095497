#include <morsel/neb.h>

#include <string.h>

/* Product of two rows of n atoms. */
static double product(int n, double (*x)[3], double (*y)[3])
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += dot3(x[i], y[i]);
    return sum;
}

/* d <- a times the step to the next image plus c times that from the last. */
static void combine(const struct band *b, int i, double a, double c,
                    double (*d)[3])
{
    double(*before)[3] = b->image[i - 1].pos, (*here)[3] = b->image[i].pos;
    double(*after)[3] = b->image[i + 1].pos;

    for (int n = 0; n < b->natoms; n++)
        for (int k = 0; k < 3; k++)
            d[n][k] = a * (after[n][k] - here[n][k]) +
                      c * (here[n][k] - before[n][k]);
}

/* Eqs. 8-11: uphill; at an extremum both, the steeper side weighs more. */
static void improved(const struct band *b, int i, double (*t)[3])
{
    const double *e = b->energy + i;
    double up = fabs(e[1] - e[0]), down = fabs(e[-1] - e[0]);
    double most = fmax(up, down), least = fmin(up, down);

    if (e[1] > e[0] && e[0] > e[-1])
        combine(b, i, 1, 0, t);
    else if (e[1] < e[0] && e[0] < e[-1])
        combine(b, i, 0, 1, t);
    else if (most == 0) /* flat: no side is uphill */
        combine(b, i, 1, 1, t);
    else if (e[1] > e[-1])
        combine(b, i, most, least, t);
    else
        combine(b, i, least, most, t);
}

void neb_tangent(const struct band *b, enum neb_tangent kind, int i,
                 double (*t)[3])
{
    if (kind == NEB_IMPROVED)
        improved(b, i, t);
    else
        combine(b, i, i <= b->top, i >= b->top, t);

    double length = sqrt(product(b->natoms, t, t));
    for (int n = 0; length > 0 && n < b->natoms; n++)
        for (int k = 0; k < 3; k++)
            t[n][k] /= length;
}

double neb_spring(const struct band *b, const struct neb_params *p, int i)
{
    double low = fmax(b->energy[0], b->energy[b->nimages - 1]);
    double high = fmax(b->energy[b->top], low);
    double e = fmax(b->energy[i], b->energy[i + 1]);

    if (p->spring_low <= 0 || high <= low)
        return p->spring;
    return p->spring -
           (p->spring - p->spring_low) * fmin(1, (high - e) / (high - low));
}

/* Force of the springs on image i, along t. */
static double spring_force(const struct band *b, const struct neb_params *p,
                           int i, double (*t)[3])
{
    double k[2] = {neb_spring(b, p, i - 1), neb_spring(b, p, i)};
    double force = 0, step[2] = {0};

    for (int n = 0; n < b->natoms; n++)
        for (int x = 0; x < 3; x++) {
            double before = b->image[i].pos[n][x] - b->image[i - 1].pos[n][x];
            double after = b->image[i + 1].pos[n][x] - b->image[i].pos[n][x];
            step[0] += before * before;
            step[1] += after * after;
            force += (k[1] * after - k[0] * before) * t[n][x];
        }
    if (p->tangent == NEB_ASENEB)
        return force;
    return k[1] * sqrt(step[1]) - k[0] * sqrt(step[0]);
}

static void project(struct band *b, const struct neb_params *p, int i)
{
    double(*t)[3] = b->tangent,
    (*f)[3] = b->neb + (size_t)i * (size_t)b->natoms;
    double along = 0, add;

    for (int n = 0; n < b->natoms; n++)
        for (int k = 0; k < 3; k++)
            f[n][k] = b->mask[n][k] ? band_forces(b, i)[n][k] : 0;
    neb_tangent(b, p->tangent, i, t);
    along = product(b->natoms, f, t);
    add = b->climbs && i == b->top ? -2 * along
                                   : spring_force(b, p, i, t) - along;
    for (int n = 0; n < b->natoms; n++)
        for (int k = 0; k < 3; k++)
            if (b->mask[n][k])
                f[n][k] += add * t[n][k];
}

void neb_forces(struct band *b, const struct neb_params *p)
{
    b->top = 1;
    for (int i = 2; i < b->nimages - 1; i++)
        if (b->energy[i] > b->energy[b->top])
            b->top = i;
    for (int i = 1; i < b->nimages - 1; i++)
        project(b, p, i);
    if (!b->climbs && p->climb > 0 && band_fmax(b, -1) < p->climb) {
        b->climbs = true;
        project(b, p, b->top);
    }
}

double band_fmax(const struct band *b, int i)
{
    int first = i < 0 ? 0 : i * b->natoms;
    int n = i < 0 ? b->nimages * b->natoms : b->natoms;
    double largest = 0;

    for (int k = first; k < first + n; k++) {
        double f = norm3(b->neb[k]);
        if (!(f <= largest)) /* also if it is not a number */
            largest = f;
        if (isnan(largest))
            break;
    }
    return largest;
}
