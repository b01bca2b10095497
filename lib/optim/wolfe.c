#include <morsel/optim.h>

#include <float.h>
#include <math.h>

enum { MAX_TRIALS = 30 };

void wolfe_start(struct wolfe *w, double f, double slope, double t)
{
    *w = (struct wolfe){
        .start = {0, f, slope},
        .lo = {0, f, slope},
        .t = t,
        .width = {HUGE_VAL, HUGE_VAL},
    };
}

/*
 * The minimum of the cubic through the values and slopes at a and b (Nocedal
 * and Wright, section 3.5), or a nan if it has none:
 *
 *     b - (b - a) (phi'(b) + d2 - d1) / (phi'(b) - phi'(a) + 2 d2)
 *     d1 = phi'(a) + phi'(b) - 3 (phi(a) - phi(b)) / (a - b)
 *     d2 = sign(b - a) sqrt(d1^2 - phi'(a) phi'(b))
 */
static double cubic_minimum(struct wolfe_point a, struct wolfe_point b)
{
    double d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t);
    double d2 = copysign(sqrt(d1 * d1 - a.slope * b.slope), b.t - a.t);

    return b.t -
           (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
}

/* t, brought into [low, high]; `otherwise` if t is a nan */
static double within(double t, double low, double high, double otherwise)
{
    if (isnan(t))
        return otherwise;
    return t < low ? low : t > high ? high : t;
}

/* Both points slope down: go on beyond b, by 1.1 to 4 times the last step. */
static double extrapolate(struct wolfe_point a, struct wolfe_point b)
{
    double step = b.t - a.t, low = b.t + 1.1 * step, high = b.t + 4 * step;

    return within(cubic_minimum(a, b), low, high, high);
}

/*
 * A trial between lo and hi, a tenth of the interval away from both; the
 * middle if hi is not finite, or the last two have not made it smaller by a
 * third.
 */
static double interpolate(struct wolfe *w)
{
    double left = fmin(w->lo.t, w->hi.t), right = fmax(w->lo.t, w->hi.t);
    double width = right - left, middle = left + width / 2;
    bool slow = width > 0.66 * w->width[0];

    w->width[0] = w->width[1];
    w->width[1] = width;
    if (slow || isinf(w->hi.f))
        return middle;
    return within(cubic_minimum(w->lo, w->hi), left + 0.1 * width,
                  right - 0.1 * width, middle);
}

/* No value between lo and hi can be told from that of lo. */
static bool exhausted(const struct wolfe *w)
{
    double width = fabs(w->hi.t - w->lo.t);

    return fabs(w->lo.slope) * width <= DBL_EPSILON * fabs(w->lo.f) ||
           width <= DBL_EPSILON * fmax(w->lo.t, w->hi.t);
}

enum wolfe_status wolfe_step(struct wolfe *w, double f, double slope)
{
    struct wolfe_point p = {w->t, f, slope}, old = w->lo;

    if (!isfinite(f) || !isfinite(slope))
        p.f = HUGE_VAL;
    w->trials++;

    if (p.f > w->start.f + WOLFE_C1 * p.t * w->start.slope || p.f >= old.f) {
        w->hi = p;
        w->zoom = true;
    } else {
        w->lo = p;
        if (fabs(slope) <= -WOLFE_C2 * w->start.slope)
            return WOLFE_DONE;
        /* Uphill as seen from where we come: the minimum is behind. */
        if (w->zoom ? slope * (w->hi.t - old.t) >= 0 : slope >= 0) {
            w->hi = old;
            w->zoom = true;
        }
    }
    if (w->trials == MAX_TRIALS || (w->zoom && exhausted(w)))
        return WOLFE_FAILED;
    w->t = w->zoom ? interpolate(w) : extrapolate(old, p);
    return isfinite(w->t) ? WOLFE_GO_ON : WOLFE_FAILED;
}
