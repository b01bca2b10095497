#include <morsel/descriptor.h>

#include <stdlib.h>
#include <string.h>

#include "set.h"

/* Sets of functions as text: morsel-set(5). */

enum { MAX_LIST = 100 };

/* A list of numbers, "0.5,4". */
struct list {
    int n;
    double x[MAX_LIST];
};

struct reader {
    struct text *t;
    struct descriptor *d;
    bool center[MAX_Z]; /* [nelement] whose functions these are */
};

/* A list of n choices out of the elements of d; n = 1 unless it was "*". */
struct elements {
    int n, z[MAX_Z];
};

static int read_elements(const struct reader *r, struct elements *list,
                         struct err *err)
{
    const char *word = text_word(r->t);

    if (!word)
        return text_bad(r->t, err, "expected a chemical symbol or '*'");
    if (strcmp(word, "*") == 0) {
        list->n = r->d->nelement;
        memcpy(list->z, r->d->z, (size_t)list->n * sizeof *list->z);
        return 0;
    }
    list->n = 1;
    list->z[0] = element_number(word);
    if (list->z[0] == 0)
        return text_bad(r->t, err, "'%s' is not a chemical symbol", word);
    if (descriptor_element(r->d, list->z[0]) < 0)
        return text_bad(r->t, err, "%s is not one of the elements", word);
    return 0;
}

/* A list of numbers from min to max. */
static int read_list(const struct reader *r, const char *key, struct list *list,
                     double min, double max, struct err *err)
{
    char *word = text_word(r->t);

    list->n = 0;
    while (word) {
        char *comma = strchr(word, ',');
        double x;

        if (comma)
            *comma = '\0';
        if (list->n == MAX_LIST || parse_real(word, &x) < 0 ||
            !(x >= min && x <= max))
            break;
        list->x[list->n++] = x;
        if (!comma)
            return 0;
        word = comma + 1;
    }
    return text_bad(r->t, err, "%s: expected numbers from %g to %g", key, min,
                    max);
}

/* What follows the elements of a function: a list for each parameter. */
struct parameters {
    struct list eta, rs, zeta, lambda;
};

static int read_parameters(const struct reader *r, bool g2,
                           struct parameters *p, struct err *err)
{
    const struct {
        const char *key;
        struct list *list;
        double min, max;
        bool allowed;
    } keys[] = {{"eta", &p->eta, 0, MAX_ETA, true},
                {"rs", &p->rs, -MAX_RS, MAX_RS, g2},
                {"zeta", &p->zeta, 1, MAX_ZETA, !g2},
                {"lambda", &p->lambda, -1, 1, !g2}};
    const char *word;

    *p = (struct parameters){.rs = {.n = g2}}; /* rs = 0 unless given */
    while ((word = text_word(r->t))) {
        int k = 0;

        while (k < 4 && !(keys[k].allowed && strcmp(word, keys[k].key) == 0))
            k++;
        if (k == 4)
            return text_bad(r->t, err, "expected %s, not '%s'",
                            g2 ? "eta or rs" : "eta, zeta or lambda", word);
        if (read_list(r, keys[k].key, keys[k].list, keys[k].min, keys[k].max,
                      err) < 0)
            return err->code;
    }
    for (int k = 0; k < 4; k++)
        if (keys[k].allowed && keys[k].list->n == 0)
            return text_bad(r->t, err, "expected %s", keys[k].key);
    for (int m = 0; m < p->lambda.n; m++)
        if (p->lambda.x[m] != 1 && p->lambda.x[m] != -1)
            return text_bad(r->t, err, "lambda: expected 1 or -1");
    return 0;
}

/* Add one function to each center of the moment. */
static int add(struct reader *r, const struct sf *sf, struct err *err)
{
    for (int e = 0; e < r->d->nelement; e++) {
        if (!r->center[e])
            continue;
        if (r->d->nsf[e] == MAX_SF)
            return text_bad(r->t, err, "more than %d functions", MAX_SF);
        descriptor_add(r->d, e, *sf);
    }
    return 0;
}

static int read_g2(struct reader *r, struct err *err)
{
    struct elements z = {0};
    struct parameters p = {0};

    if (read_elements(r, &z, err) < 0 || read_parameters(r, true, &p, err) < 0)
        return err->code;
    for (int i = 0; i < z.n; i++)
        for (int m = 0; m < p.eta.n * p.rs.n; m++) {
            struct sf sf = {.type = SF_G2,
                            .z1 = z.z[i],
                            .eta = p.eta.x[m / p.rs.n],
                            .rs = p.rs.x[m % p.rs.n]};

            if (add(r, &sf, err) < 0)
                return err->code;
        }
    return 0;
}

static int read_angular(struct reader *r, enum sf_type type, struct err *err)
{
    struct elements z1 = {0}, z2 = {0};
    struct parameters p = {0};

    if (read_elements(r, &z1, err) < 0 || read_elements(r, &z2, err) < 0 ||
        read_parameters(r, false, &p, err) < 0)
        return err->code;

    bool all = z1.n == r->d->nelement && z2.n == r->d->nelement;
    int nz = p.zeta.n, nl = p.lambda.n;
    for (int i = 0; i < z1.n; i++)
        for (int j = all ? i : 0; j < z2.n; j++) /* unordered pairs */
            for (int m = 0; m < p.eta.n * nz * nl; m++) {
                struct sf sf = {.type = type,
                                .z1 = z1.z[i],
                                .z2 = z2.z[j],
                                .eta = p.eta.x[m / (nz * nl)],
                                .zeta = p.zeta.x[m / nl % nz],
                                .lambda = p.lambda.x[m % nl]};

                if (add(r, &sf, err) < 0)
                    return err->code;
            }
    return 0;
}

static int read_center(struct reader *r, struct err *err)
{
    struct elements z = {0};

    memset(r->center, 0, sizeof r->center);
    do {
        if (read_elements(r, &z, err) < 0)
            return err->code;
        for (int i = 0; i < z.n; i++)
            r->center[descriptor_element(r->d, z.z[i])] = true;
    } while (r->t->rest[strspn(r->t->rest, " \t")]);
    return 0;
}

static int read_cutoff(struct reader *r, struct err *err)
{
    struct cutoff *c = &r->d->cutoff;
    const char *word = text_word(r->t);

    if (c->rc > 0)
        return text_bad(r->t, err, "expected one cutoff");
    if (word && strcmp(word, "cosine") == 0)
        c->type = CUTOFF_COSINE;
    else if (word && strcmp(word, "polynomial") == 0)
        c->type = CUTOFF_POLYNOMIAL;
    else
        return text_bad(r->t, err, "expected cosine or polynomial");
    if (text_real(r->t, &c->rc) < 0 || !(c->rc >= MIN_RC && c->rc <= MAX_RC))
        return text_bad(r->t, err, "expected a radius from %g to %g angstrom",
                        MIN_RC, MAX_RC);
    if (c->type == CUTOFF_POLYNOMIAL &&
        (text_real(r->t, &c->gamma) < 0 ||
         !(c->gamma >= MIN_GAMMA && c->gamma <= MAX_GAMMA)))
        return text_bad(r->t, err, "expected gamma from %g to %g", MIN_GAMMA,
                        MAX_GAMMA);
    return 0;
}

static int read_line(struct reader *r, const char *word, struct err *err)
{
    if (strcmp(word, "cutoff") == 0)
        return read_cutoff(r, err);
    if (strcmp(word, "center") == 0)
        return read_center(r, err);
    if (strcmp(word, "G2") == 0)
        return read_g2(r, err);
    if (strcmp(word, "G4") == 0)
        return read_angular(r, SF_G4, err);
    if (strcmp(word, "G5") == 0)
        return read_angular(r, SF_G5, err);
    return text_bad(r->t, err,
                    "expected cutoff, center, G2, G4, G5 or end, not '%s'",
                    word);
}

/* Next line that says something: 1 and its first word, or 0, or an error. */
static int next(struct text *t, const char **word, struct err *err)
{
    int ret;

    while ((ret = text_next(t, err)) > 0) {
        t->buf[strcspn(t->buf, "#")] = '\0';
        *word = text_word(t);
        if (*word)
            return 1;
    }
    return ret;
}

static int read_set(struct reader *r, struct err *err)
{
    const char *word = NULL;
    int ret = next(r->t, &word, err), version;

    if (ret < 0)
        return ret;
    if (!word || strcmp(word, "morsel-set") != 0 ||
        text_int(r->t, &version) < 0 || version != 1)
        return text_bad(r->t, err, "expected 'morsel-set 1'");
    for (;;) {
        ret = next(r->t, &word, err);
        if (ret < 0)
            return ret;
        if (ret == 0 || !word)
            return text_bad(r->t, err, "the file ends before 'end'");
        bool end = strcmp(word, "end") == 0;
        if (!end && read_line(r, word, err) < 0)
            return err->code;
        word = text_word(r->t);
        if (word)
            return text_bad(r->t, err, "'%s' is one word too many", word);
        if (end)
            break;
    }
    ret = next(r->t, &word, err);
    if (ret != 0)
        return ret < 0 ? ret : text_bad(r->t, err, "expected the file's end");
    if (r->d->cutoff.rc == 0)
        return text_bad(r->t, err, "expected a cutoff before the end");
    for (int e = 0; e < r->d->nelement; e++)
        if (r->d->nsf[e] == 0)
            return text_bad(r->t, err, "%s has no functions",
                            element_symbol(r->d->z[e]));
    return 0;
}

int descriptor_read(struct descriptor *d, struct text *t, const int *z, int n,
                    struct err *err)
{
    struct reader r = {.t = t, .d = d};
    int ret;

    descriptor_init(d, z, n);
    for (int e = 0; e < n; e++)
        r.center[e] = true;
    ret = read_set(&r, err);
    if (ret < 0)
        descriptor_release(d);
    else
        descriptor_plan(d);
    return ret;
}

int descriptor_find(struct descriptor *d, const char *name, const int *z, int n,
                    struct err *err)
{
    struct text t;
    struct err no_file;
    int ret = descriptor_named(d, name, z, n, err);

    if (ret == 0 || text_open(&t, name, &no_file) < 0)
        return ret;
    ret = descriptor_read(d, &t, z, n, err);
    text_close(&t);
    return ret;
}

/* " key x", with as many digits as come back to the bit. */
static void print_number(const char *key, double x, FILE *f)
{
    char s[40];
    double back;

    for (int digits = 6; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, x);
        if (parse_real(s, &back) == 0 && back == x)
            break;
    }
    fprintf(f, "%s%s", key, s);
}

static void print_sf(const struct sf *s, FILE *f)
{
    fprintf(f, "G%d %s", (int)s->type, element_symbol(s->z1));
    if (s->z2)
        fprintf(f, " %s", element_symbol(s->z2));
    print_number(" eta ", s->eta, f);
    if (s->type == SF_G2) {
        print_number(" rs ", s->rs, f);
    } else {
        print_number(" zeta ", s->zeta, f);
        print_number(" lambda ", s->lambda, f);
    }
    putc('\n', f);
}

void descriptor_print(const struct descriptor *d, const char *prefix, FILE *f)
{
    bool uniform = descriptor_uniform(d);

    fprintf(f, "%smorsel-set 1\n%scutoff ", prefix, prefix);
    print_number(d->cutoff.type == CUTOFF_COSINE ? "cosine " : "polynomial ",
                 d->cutoff.rc, f);
    if (d->cutoff.type == CUTOFF_POLYNOMIAL)
        print_number(" ", d->cutoff.gamma, f);
    putc('\n', f);
    for (int e = 0; e < (uniform ? 1 : d->nelement); e++) {
        if (!uniform)
            fprintf(f, "%scenter %s\n", prefix, element_symbol(d->z[e]));
        for (int m = 0; m < d->nsf[e]; m++) {
            fputs(prefix, f);
            print_sf(&d->sf[e][m], f);
        }
    }
    fprintf(f, "%send\n", prefix);
}
