#include <morsel/train.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

bool provenance_has(const char *provenance, uint64_t id)
{
    char line[32];

    if (!provenance || !strstr(provenance, "\nframe "))
        return true;
    snprintf(line, sizeof line, "\nframe %016llx\n", (unsigned long long)id);
    return strstr(provenance, line);
}

static void add_energy(struct errors *e, double d, int natoms)
{
    e->e2 += d * d / ((double)natoms * natoms);
    e->nframe++;
}

/* Infinite errors where a prediction is none. */
static void add_failure(struct errors *e)
{
    e->e2 = e->f2 = INFINITY;
    e->nframe++;
    e->nforce++;
}

int errors_add(struct errors *e, struct potential *p, const struct frame *f,
               const struct label_names *names, struct err *err)
{
    const struct atoms *a = &f->atoms;
    struct prediction *out = &e->prediction;
    struct label label;
    int ret;

    if (!frame_get_label(f, names, &label))
        return 0;
    if (out->natoms != a->natoms)
        prediction_release(out);
    out->later = true; /* no sigma is looked at */
    ret = p->eval(p, a, out, err);
    if (ret == ERR_NUMERIC)
        add_failure(e);
    if (ret < 0)
        return ret == ERR_NUMERIC ? 0 : ret;
    add_energy(e, out->energy - label.energy, a->natoms);
    for (int i = 0; label.forces && i < a->natoms; i++)
        for (int c = 0; c < 3; c++) {
            double d = out->forces[i][c] - label.forces[i][c];

            e->f2 += d * d;
            e->nforce++;
        }
    return 0;
}

double errors_energy(const struct errors *e)
{
    return e->nframe > 0 ? sqrt(e->e2 / e->nframe) : 0;
}

double errors_force(const struct errors *e)
{
    return e->nforce > 0 ? sqrt(e->f2 / (double)e->nforce) : 0;
}

static bool worse(double now, double before, double margin)
{
    return !(now <= before + margin) && !(now <= WORSE_FACTOR * before);
}

bool errors_worse(const struct errors *now, const struct errors *before)
{
    return worse(errors_energy(now), errors_energy(before), WORSE_ENERGY) ||
           worse(errors_force(now), errors_force(before), WORSE_FORCE);
}

void errors_release(struct errors *e)
{
    prediction_release(&e->prediction);
    *e = (struct errors){0};
}
