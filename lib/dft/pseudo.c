#include "pseudo.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <morsel/atoms.h>

#include "gth.h"
#include "upf.h"

void pseudo_release(struct pseudo *p)
{
    if (p->release)
        p->release(p);
    free(p->l);
    free(p->d);
    free(p->q);
    free(p->orbital_l);
    free(p->orbital_occupation);
    *p = (struct pseudo){0};
}

/* Functionals ------------------------------------------------------------ */

/*
 * The names of Quantum ESPRESSO are those of exchange, correlation and the
 * gradients of each, with blanks, '-' or '+' between them.
 */
void pseudo_functional(const char *said, char name[32])
{
    static const struct {
        const char *said, *name;
    } known[] = {
        {"PBE", "PBE"},
        {"SLAPWPBXPBC", "PBE"},
        {"SLAPWPBEPBE", "PBE"},
        {"PBESOL", "PBEsol"},
        {"SLAPWPSXPSC", "PBEsol"},
        {"REVPBE", "revPBE"},
        {"SLAPWREVXPBC", "revPBE"},
        {"SLAPWRPBPBC", "revPBE"},
        {"RPBE", "RPBE"},
        {"SLAPWHHNXPBC", "RPBE"},
        {"BLYP", "BLYP"},
        {"SLALYPB88BLYP", "BLYP"},
        {"LDA", "LDA"},
        {"PADE", "LDA"},
        {"PZ", "LDA"},
        {"PW", "LDA"},
        {"PW92", "LDA"},
        {"VWN", "LDA"},
        {"SLAPZNOGXNOGC", "LDA"},
        {"SLAPWNOGXNOGC", "LDA"},
        {"SLAPZ", "LDA"},
        {"SLAPW", "LDA"},
    };
    char key[32];
    int n = 0;

    for (const char *s = said; *s && n < 31; s++)
        if (isalnum((unsigned char)*s) || *s == '_')
            key[n++] = (char)toupper((unsigned char)*s);
    key[n] = '\0';
    snprintf(name, 32, "%.31s", said);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(key, known[i].said) == 0)
            snprintf(name, 32, "%s", known[i].name);
}

/* What a functional takes beside its own, by what everybody does. */
static bool takes(const char *ours, const char *theirs)
{
    static const char *const named[] = {"LDA", "BLYP"};

    if (!*theirs || strcmp(ours, theirs) == 0)
        return true;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcmp(ours, named[i]) == 0)
            return false;
    if (strncasecmp(ours, "lda_", 4) == 0)
        return strcmp(theirs, "LDA") == 0;
    return strcmp(theirs, "PBE") == 0;
}

int pseudo_fits(const struct pseudo *p, const char *functional, struct err *err)
{
    char ours[32];

    pseudo_functional(functional, ours);
    if (takes(ours, p->functional))
        return 0;
    return err_set(err, ERR_RANGE,
                   "potential %s is for %s, the calculation is with %s",
                   p->source, p->functional, functional);
}

/* Files ------------------------------------------------------------------ */

enum { LARGEST_FILE = 1 << 26 };

/* All of a file in memory, with a NUL after it. */
static char *slurp(const char *path, size_t *size, struct err *err)
{
    FILE *f = fopen(path, "rbe");
    size_t room = 1 << 16, n = 0;
    char *buf;

    if (!f) {
        err_errno(err, "cannot open '%s'", path);
        return NULL;
    }
    buf = xcalloc(room, 1);
    for (size_t got = 1; got && n < LARGEST_FILE;) {
        if (n + 1 == room)
            buf = xrealloc(buf, room *= 2, 1);
        got = fread(buf + n, 1, room - n - 1, f);
        n += got;
    }
    buf[n] = '\0';
    *size = n;
    if (ferror(f))
        err_errno(err, "cannot read '%s'", path);
    else if (n >= LARGEST_FILE)
        err_set(err, ERR_RANGE, "'%s' is larger than %d bytes", path,
                LARGEST_FILE);
    else if (n == 0)
        err_set(err, ERR_FORMAT, "'%s' is empty", path);
    else {
        fclose(f);
        return buf;
    }
    fclose(f);
    free(buf);
    return NULL;
}

static int read_gth(struct pseudo *p, const char *path, char *buf, size_t size,
                    struct err *err)
{
    struct text t = {.name = path, .f = fmemopen(buf, size, "r")};
    struct gth g;
    int ret =
        t.f ? gth_read(&g, &t, err) : err_errno(err, "cannot read '%s'", path);

    if (ret >= 0)
        ret = gth_make(p, &g, err);
    text_close(&t);
    return ret;
}

bool pseudo_is_of(const char *name, int z)
{
    static const char *const endings[] = {".upf", ".gth", ".pseudo"};
    const char *symbol = element_symbol(z), *dot = strrchr(name, '.');
    size_t n = strlen(symbol);

    if (strncasecmp(name, symbol, n) != 0 || !strchr("._-", name[n]))
        return false;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

int pseudo_find(const char *folder, int z, char **path, struct err *err)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    char *all = NULL;
    int n = 0;

    *path = NULL;
    if (!d)
        return err_errno(err, "cannot open '%s'", folder);
    while ((entry = readdir(d))) {
        char *more;

        if (!pseudo_is_of(entry->d_name, z))
            continue;
        more = n++ ? xasprintf("%s, %s", all, entry->d_name)
                   : xstrdup(entry->d_name);
        free(all);
        all = more;
    }
    closedir(d);
    if (n == 1)
        *path = xasprintf("%s/%s", folder, all);
    else if (n == 0)
        err_set(err, ERR_RANGE, "no potential for %s in '%s'",
                element_symbol(z), folder);
    else
        err_set(err, ERR_RANGE, "%d potentials for %s in '%s': %s", n,
                element_symbol(z), folder, all);
    free(all);
    return n == 1 ? 0 : ERR_RANGE;
}

static int read_upf(struct pseudo *p, const char *path, const char *buf,
                    size_t size, double qmax, struct err *err)
{
    struct upf u;
    int ret = upf_parse(&u, path, buf, size, err);

    if (ret == 0)
        ret = upf_make(p, &u, qmax, err);
    upf_free(&u);
    return ret;
}

int pseudo_read(struct pseudo *p, const char *path, double qmax,
                struct err *err)
{
    size_t size = 0;
    char *buf = slurp(path, &size, err);
    int ret;

    *p = (struct pseudo){0};
    if (!buf)
        return err->code;
    snprintf(p->source, sizeof p->source, "%s", path);
    p->hash = hash_bytes(HASH_START, buf, size);
    ret = upf_is(buf) ? read_upf(p, path, buf, size, qmax, err)
                      : read_gth(p, path, buf, size, err);
    free(buf);
    if (ret < 0)
        pseudo_release(p);
    return ret;
}
