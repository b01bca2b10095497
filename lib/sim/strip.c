#include <morsel/sim.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_stale(const char *name)
{
    static const char *const beginnings[] = {"ml_", "dft_", NULL};
    static const char *const ends[] = {"energy", "energies", "force",
                                       "forces", "stress",   "stresses",
                                       "virial", "virials",  NULL};
    static const char *const names[] = {"dipole",
                                        "charges",
                                        "magmom",
                                        "magmoms",
                                        "model_id",
                                        "morsel_id",
                                        "query",
                                        "grade",
                                        "novelty",
                                        "round",
                                        "fail_reason",
                                        "scf_steps",
                                        "step",
                                        "walk",
                                        "converged",
                                        "fail_detail",
                                        "relaxed",
                                        "reason",
                                        "fmax",
                                        "momenta",
                                        "time",
                                        "temperature",
                                        "pressure",
                                        "conserved",
                                        "image",
                                        "path",
                                        "barrier",
                                        "barrier_back",
                                        "saddle",
                                        "climbing",
                                        "curvature",
                                        "converged_band",
                                        "image_uncertain",
                                        "image_stopped",
                                        "probe",
                                        "converged_saddle",
                                        NULL};
    size_t n = strlen(name);

    for (int i = 0; beginnings[i]; i++)
        if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    for (int i = 0; ends[i]; i++)
        if (n >= strlen(ends[i]) &&
            strcasecmp(name + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    for (int i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static char *find_stale(const struct frame *f)
{
    for (int i = 0; i < f->nkey; i++)
        if (is_stale(f->key[i].name))
            return xstrdup(f->key[i].name);
    for (int i = 0; i < f->ncolumn; i++)
        if (is_stale(f->column[i].name))
            return xstrdup(f->column[i].name);
    return NULL;
}

void frame_strip(struct frame *f)
{
    char *name;

    while ((name = find_stale(f))) {
        frame_drop(f, name);
        free(name);
    }
}
