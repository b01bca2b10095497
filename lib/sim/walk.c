#include <morsel/sim.h>

#include <math.h>

const char *stop_name(enum stop stop)
{
    static const char *const names[] = {
        [STOP_NOT] = "",
        [STOP_CONVERGED] = "converged",
        [STOP_STEPS] = "steps",
        [STOP_NAN] = "nan",
        [STOP_UNCERTAINTY] = "uncertainty",
        [STOP_COLLISION] = "collision",
        [STOP_DISPLACEMENT] = "displacement",
        [STOP_FAILED] = "oracle-failed",
        [STOP_TEMPERATURE] = "temperature",
        [STOP_VOLUME] = "volume",
    };

    return names[stop];
}

enum stop walk_allow(const struct walk_limits *l, const struct atoms *start,
                     const struct atoms *next)
{
    if (l->collision > 0 && atoms_closest(next, NULL, NULL) < l->collision)
        return STOP_COLLISION;
    if (l->displacement > 0 &&
        atoms_displacement(start, next) > l->displacement)
        return STOP_DISPLACEMENT;
    return STOP_NOT;
}

double walk_sigma(const struct atoms *a, const double *sigma_f)
{
    double largest = 0;

    for (int i = 0; i < a->natoms; i++) {
        if (atom_may_move(a, i) && !(sigma_f[i] <= largest)) /* NaN, too */
            largest = sigma_f[i];
        if (isnan(largest))
            break;
    }
    return largest;
}

bool walk_doubts(const struct walk_limits *l)
{
    return l->uncertainty > 0 || l->ratio > 0 || l->sigma_e > 0;
}

bool walk_uncertain(const struct walk_limits *l, const struct atoms *a,
                    double (*forces)[3], const double *sigma_f, double sigma_e)
{
    double share = l->ratio > 0 ? l->ratio * atoms_fmax(a, forces) : 0;
    double most = share <= l->uncertainty ? l->uncertainty : share;

    if (l->sigma_e > 0 && !(sigma_e <= l->sigma_e))
        return true;
    return (l->uncertainty > 0 || l->ratio > 0) &&
           !(walk_sigma(a, sigma_f) <= most);
}

enum stop walk_judge(const struct walk_limits *l, int step,
                     const struct atoms *a, double energy, double (*forces)[3],
                     const double *sigma_f, double sigma_e)
{
    if (!isfinite(energy) || !all_finite(forces[0], 3 * a->natoms))
        return STOP_NAN;
    if (sigma_f && walk_uncertain(l, a, forces, sigma_f, sigma_e))
        return STOP_UNCERTAINTY;
    if (atoms_fmax(a, forces) < l->fmax)
        return STOP_CONVERGED;
    if (step >= l->max_steps)
        return STOP_STEPS;
    return STOP_NOT;
}
