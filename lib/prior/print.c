#include <morsel/prior.h>

#include <string.h>

#include "term.h"

const char *const prior_kinds[] = {
    [TERM_MORSE] = "morse", [TERM_WALL] = "wall", [TERM_ZBL] = "zbl", NULL};

/* With as many digits as come back to the bit, and no more. */
static void put_real(FILE *out, double x)
{
    char buf[32];
    double back = 0;

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, sizeof buf, "%.*g", digits, x);
        if (parse_real(buf, &back) == 0 && back == x)
            break;
    }
    fprintf(out, " %s", buf);
}

static void put_morse(FILE *out, const struct morse *m)
{
    put_real(out, m->d);
    put_real(out, m->re);
    put_real(out, m->a);
}

static bool is_mixed(const struct prior *p, const struct prior_term *t, int i,
                     int j)
{
    int n = p->nelement;
    const struct morse *m = &t->pair[i * n + j].m;
    struct morse mix =
        morse_mix(&t->pair[i * n + i].m, &t->pair[j * n + j].m, MIX_MEAN);

    return m->d == mix.d && m->re == mix.re && m->a == mix.a;
}

static void put_comment(FILE *out, const char *comment)
{
    for (const char *s = comment; *s;) {
        int n = (int)strcspn(s, "\n");

        fprintf(out, "# %.*s\n", n, s);
        s += n + (s[n] == '\n');
    }
}

static void put_reach(FILE *out, const struct prior_term *t)
{
    if (!t->reach.relative)
        fprintf(out, "# angstrom\nswitch");
    else
        fprintf(out, "# in units of %s\nwindow",
                t->kind == TERM_WALL ? "re" : "the sum of covalent radii");
    put_real(out, t->reach.rs);
    put_real(out, t->reach.rc);
    putc('\n', out);
}

static void put_pairs(FILE *out, const struct prior *p,
                      const struct prior_term *t)
{
    int n = p->nelement;

    if (t->kind != TERM_ZBL)
        fprintf(out, "# D (eV), re (angstrom), a (1/angstrom)\n");
    for (int i = 0; i < n; i++) {
        fprintf(out, "element %s", element_symbol(p->z[i]));
        if (t->kind != TERM_ZBL)
            put_morse(out, &t->pair[i * n + i].m);
        putc('\n', out);
    }
    for (int i = 0; i < n && t->kind != TERM_ZBL; i++)
        for (int j = i + 1; j < n; j++)
            if (!is_mixed(p, t, i, j)) {
                fprintf(out, "pair %s %s", element_symbol(p->z[i]),
                        element_symbol(p->z[j]));
                put_morse(out, &t->pair[i * n + j].m);
                putc('\n', out);
            }
}

void prior_print(const struct prior *p, const char *comment, FILE *out)
{
    fprintf(out, "morsel-prior 2\n");
    put_comment(out, comment ? comment : "");
    for (int t = 0; t < p->nterm; t++) {
        fprintf(out, "term %s\n", prior_kinds[p->term[t].kind]);
        put_reach(out, &p->term[t]);
        put_pairs(out, p, &p->term[t]);
    }
    fprintf(out, "end\n");
}
