#include "qe.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int hash_file(const char *path, uint64_t *hash, struct err *err)
{
    static const size_t piece = 1 << 16;
    FILE *f = fopen(path, "rb");
    char *buf;
    size_t n;
    int ret = 0;

    if (!f)
        return err_errno(err, "cannot open '%s'", path);
    buf = xcalloc(piece, 1);
    *hash = HASH_START;
    while ((n = fread(buf, 1, piece, f)) > 0)
        *hash = hash_bytes(*hash, buf, n);
    if (ferror(f))
        ret = err_errno(err, "cannot read '%s'", path);
    free(buf);
    fclose(f);
    return ret;
}

/* Path of a file of a folder (NULL: here). */
static char *path_in(const char *folder, const char *name)
{
    if (!folder || *name == '/')
        return xstrdup(name);
    return xasprintf("%s/%s", folder, name);
}

static int take_file(struct qe_pseudo *p, const char *folder, const char *name,
                     struct err *err)
{
    char *path = path_in(folder, name);
    int ret = hash_file(path, &p->hash, err);

    if (ret == 0) {
        free(p->path);
        p->path = realpath(path, NULL);
        if (!p->path)
            ret = err_errno(err, "cannot find '%s'", path);
    }
    free(path);
    return ret;
}

/* "Cu=Cu.upf,C=C.upf"; list is cut up. */
static int take_list(struct qe_settings *s, const struct qe_params *p,
                     char *list, struct err *err)
{
    char *rest;

    for (char *w = strtok_r(list, ",", &rest); w;
         w = strtok_r(NULL, ",", &rest)) {
        char *file = strchr(w, '=');
        int z;

        if (file)
            *file++ = '\0';
        z = element_number(w);
        if (!z || !file || !*file)
            return err_set(err, ERR_FORMAT,
                           "potentials: expected Element=file at '%s'", w);
        if (s->pseudo[z].count++)
            return err_set(err, ERR_FORMAT, "potentials: two files for %s", w);
        if (take_file(&s->pseudo[z], p->pseudo_dir, file, err) < 0)
            return ERR_IO;
    }
    return 0;
}

/* The element whose potential a file is by its name, or 0. */
static int element_of_file(const char *name)
{
    size_t n = strcspn(name, "._-"), all = strlen(name);
    char symbol[3] = "";

    if (n < 1 || n > 2 || all < n + 4 ||
        strcasecmp(name + all - 4, ".upf") != 0)
        return 0;
    symbol[0] = (char)toupper((unsigned char)name[0]);
    if (n == 2)
        symbol[1] = (char)tolower((unsigned char)name[1]);
    return element_number(symbol);
}

/* Note that name is a candidate. */
static void add_name(struct qe_pseudo *p, const char *name)
{
    char *all =
        p->count++ ? xasprintf("%s, %s", p->others, name) : xstrdup(name);

    free(p->others);
    p->others = all;
}

static int take_folder(struct qe_settings *s, const char *folder,
                       struct err *err)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;

    if (!d)
        return err_errno(err, "cannot open '%s'", folder);
    while ((entry = readdir(d))) {
        int z = element_of_file(entry->d_name);

        if (z)
            add_name(&s->pseudo[z], entry->d_name);
    }
    closedir(d);
    for (int z = 1; z <= MAX_Z; z++) {
        struct qe_pseudo *p = &s->pseudo[z];

        if (p->count == 1 && take_file(p, folder, p->others, err) < 0)
            return ERR_IO;
    }
    return 0;
}

int qe_pseudos_find(struct qe_settings *s, const struct qe_params *p,
                    struct err *err)
{
    char *list;
    int ret;

    if (p->pseudo) {
        s->where = xasprintf("the list '%s'", p->pseudo);
        list = xstrdup(p->pseudo);
        ret = take_list(s, p, list, err);
        free(list);
        return ret;
    }
    if (!p->pseudo_dir)
        return err_set(err, ERR_RANGE,
                       "pw.x needs potentials: --pseudo-dir=FOLDER");
    s->where = xasprintf("'%s'", p->pseudo_dir);
    return take_folder(s, p->pseudo_dir, err);
}

int qe_pseudo_check(const struct qe_settings *s, int z, struct err *err)
{
    const struct qe_pseudo *p = &s->pseudo[z];

    if (p->count == 0)
        return err_set(err, ERR_RANGE, "no potential for %s in %s",
                       element_symbol(z), s->where);
    if (p->count > 1)
        return err_set(err, ERR_RANGE, "%d potentials for %s in %s: %s",
                       p->count, element_symbol(z), s->where, p->others);
    return 0;
}

/*
 * UPF 2 has the attribute z_valence="1.100000E+01", UPF 1 the line
 * "   11.00000000000      Z valence".
 */
double qe_pseudo_valence(const char *path)
{
    struct text t;
    struct err err;
    double x = 0;

    if (text_open(&t, path, &err) < 0)
        return 0;
    while (x == 0 && text_next(&t, &err) > 0) {
        const char *p = strstr(t.buf, "z_valence");

        if (p && (p = strpbrk(p, "\"'")))
            x = strtod(p + 1, NULL);
        else if (strstr(t.buf, "Z valence"))
            x = strtod(t.buf, NULL);
    }
    text_close(&t);
    return x;
}
