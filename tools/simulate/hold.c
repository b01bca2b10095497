#include "simulate.h"

#include <stdlib.h>
#include <string.h>

/* Atoms of f in the list, "0-3,7", may not move. */
static int hold_list(const char *fix, struct frame *f, struct err *err)
{
    int n, ret = 0;
    char **range = cli_split(fix, &n);

    for (int i = 0; i < n && ret == 0; i++) {
        char *dash = strchr(range[i], '-');
        int from = 0, to = 0;
        if (dash)
            *dash = '\0';
        if (parse_int(range[i], &from) < 0 ||
            parse_int(dash ? dash + 1 : range[i], &to) < 0 || from < 0 ||
            to < from || to >= f->atoms.natoms)
            ret = err_set(err, ERR_RANGE,
                          "--fix: '%s' is not a list of atoms from 0 to %d",
                          fix, f->atoms.natoms - 1);
        for (int k = from; ret == 0 && k <= to; k++)
            memset(f->atoms.move[k], 0, sizeof f->atoms.move[k]);
    }
    cli_free(range);
    return ret;
}

int hold(const struct simulate *s, struct frame *f, struct err *err)
{
    struct atoms *a = &f->atoms;
    size_t n = (size_t)a->natoms;
    bool below = cli_given(s->cli, "fix-below");

    if (!a->move && (s->fix || below)) {
        a->move = xcalloc(n, sizeof *a->move);
        memset(a->move, true, n * sizeof *a->move);
    }
    for (int i = 0; below && i < a->natoms; i++)
        if (a->pos[i][2] < s->fix_below)
            memset(a->move[i], false, sizeof a->move[i]);
    return s->fix ? hold_list(s->fix, f, err) : 0;
}

void remark_slab(const struct simulate *s, const struct atoms *a)
{
    static bool said;
    int periodic = a->pbc[0] + a->pbc[1] + a->pbc[2];
    bool fixed = false;

    for (int i = 0; a->move && i < 3 * a->natoms; i++)
        fixed = fixed || !a->move[i / 3][i % 3];
    if (!fixed && !s->quiet && !said && (periodic == 1 || periodic == 2)) {
        cli_say(s->cli, "no atom is fixed, though this looks like a slab: "
                        "move_mask, --fix and --fix-below hold atoms");
        said = true;
    }
}
