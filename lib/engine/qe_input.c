#include "qe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_true(const char *value)
{
    return value && (strncasecmp(value, ".t", 2) == 0 ||
                     strncasecmp(value, "t", 1) == 0);
}

static bool polarized(const struct qe_settings *s)
{
    const char *nspin = qe_get(s, "nspin");

    return (nspin && strcmp(nspin, "1") != 0) || is_true(qe_get(s, "noncolin"));
}

static int find_type(const struct qe_types *y, int z, double moment)
{
    for (int i = 0; i < y->n; i++)
        if (y->type[i].z == z && y->type[i].moment == moment)
            return i;
    return -1;
}

static bool add_type(struct qe_types *y, const struct qe_settings *s, int z,
                     double moment)
{
    struct qe_type *t = &y->type[y->n];
    const char *dot = strrchr(s->pseudo[z].path, '.');
    int same = 0;

    for (int i = 0; i < y->n; i++)
        same += y->type[i].z == z;
    if (same >= QE_SAME_ELEMENT)
        return false;
    *t = (struct qe_type){.z = z, .moment = moment};
    snprintf(t->label, sizeof t->label, "%s", element_symbol(z));
    if (same)
        snprintf(t->label, sizeof t->label, "%s%u", element_symbol(z),
                 (unsigned)same % QE_SAME_ELEMENT);
    /* pw.x takes the kind of a file from the end of its name */
    snprintf(t->file, sizeof t->file, "%s%.16s", element_symbol(z),
             dot && !strchr(dot, '/') ? dot : ".upf");
    y->n++;
    return true;
}

bool qe_types_init(struct qe_types *y, const struct qe_settings *s,
                   const struct frame *f, struct outcome *out)
{
    const struct atoms *a = &f->atoms;
    const double *moment = NULL;
    size_t n = (size_t)a->natoms;

    if (polarized(s))
        moment = frame_get_column(f, "initial_magmoms", 1);
    *y = (struct qe_types){0};
    y->type = xcalloc(n, sizeof *y->type);
    y->of = xcalloc(n, sizeof *y->of);
    for (int i = 0; i < a->natoms; i++) {
        double m = moment ? moment[i] : 0;

        if (find_type(y, a->z[i], m) < 0 && !add_type(y, s, a->z[i], m)) {
            qe_types_release(y);
            outcome_fail(out, "refused", "more than %d initial_magmoms of %s",
                         QE_SAME_ELEMENT, element_symbol(a->z[i]));
            return false;
        }
        y->of[i] = find_type(y, a->z[i], m);
    }
    return true;
}

void qe_types_release(struct qe_types *y)
{
    free(y->type);
    free(y->of);
    *y = (struct qe_types){0};
}

/* starting_magnetization is a fraction of the valence electrons. */
static void write_moments(FILE *out, const struct qe_settings *s,
                          const struct qe_types *y)
{
    for (int i = 0; i < y->n; i++) {
        const struct qe_type *t = &y->type[i];
        char name[40];
        double valence;

        snprintf(name, sizeof name, "starting_magnetization(%d)", i + 1);
        if (t->moment == 0 || qe_get(s, name))
            continue;
        valence = qe_pseudo_valence(s->pseudo[t->z].path);
        if (valence > 0)
            fprintf(out, "    %s = %.6f\n", name,
                    fmax(-1, fmin(1, t->moment / valence)));
    }
}

static void write_group(FILE *out, const struct qe_settings *s,
                        enum qe_group group)
{
    for (int i = 0; i < s->nvar; i++)
        if (s->var[i].group == group)
            fprintf(out, "    %s = %s\n", s->var[i].name, s->var[i].value);
}

static void write_namelists(FILE *out, const struct qe_settings *s,
                            const struct qe_types *y, const struct atoms *a)
{
    fprintf(out, "&control\n");
    write_group(out, s, QE_CONTROL);
    if (!qe_get(s, "tstress") && a->pbc[0] && a->pbc[1] && a->pbc[2])
        fprintf(out, "    tstress = .true.\n");
    fprintf(out, "/\n&system\n");
    write_group(out, s, QE_SYSTEM);
    fprintf(out, "    nat = %d\n    ntyp = %d\n", a->natoms, y->n);
    write_moments(out, s, y);
    fprintf(out, "/\n&electrons\n");
    write_group(out, s, QE_ELECTRONS);
    fprintf(out, "/\n");
}

/* The Gamma point alone has real wave functions, at half the price. */
static void write_kpoints(FILE *out, const struct qe_settings *s)
{
    const int *n = s->kgrid, *shift = s->kshift;

    if (n[0] * n[1] * n[2] == 1 && !shift[0] && !shift[1] && !shift[2] &&
        !is_true(qe_get(s, "noncolin")))
        fprintf(out, "K_POINTS gamma\n");
    else
        fprintf(out, "K_POINTS automatic\n%d %d %d %d %d %d\n", n[0], n[1],
                n[2], shift[0], shift[1], shift[2]);
}

void qe_write_input(FILE *out, const struct qe_settings *s,
                    const struct qe_types *y, const struct atoms *a)
{
    write_namelists(out, s, y, a);
    fprintf(out, "ATOMIC_SPECIES\n");
    for (int i = 0; i < y->n; i++)
        fprintf(out, "%s %.10g %s\n", y->type[i].label,
                element_mass(y->type[i].z), y->type[i].file);
    fprintf(out, "CELL_PARAMETERS angstrom\n");
    for (int i = 0; i < 3; i++)
        fprintf(out, "%.17g %.17g %.17g\n", a->cell[i][0], a->cell[i][1],
                a->cell[i][2]);
    fprintf(out, "ATOMIC_POSITIONS angstrom\n");
    for (int i = 0; i < a->natoms; i++)
        fprintf(out, "%s %.17g %.17g %.17g\n", y->type[y->of[i]].label,
                a->pos[i][0], a->pos[i][1], a->pos[i][2]);
    write_kpoints(out, s);
}
