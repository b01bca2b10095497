#include <morsel/verdict.h>

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *unit;
    unsigned looks_at;
} criteria[NCRITERION] = {
    [CRITERION_FMAX] = {"fmax", "eV/angstrom", LOOKS_AT_LABELS},
    [CRITERION_ENDS_FMAX] = {"ends-fmax", "eV/angstrom",
                             LOOKS_AT_LABELS | LOOKS_AT_WALK | LOOKS_AT_BAND},
    [CRITERION_ENDS_ENERGY] = {"ends-energy", "eV",
                               LOOKS_AT_LABELS | LOOKS_AT_WALK | LOOKS_AT_BAND},
    [CRITERION_SADDLE_FMAX] = {"saddle-fmax", "eV/angstrom",
                               LOOKS_AT_LABELS | LOOKS_AT_WALK | LOOKS_AT_BAND},
    [CRITERION_SADDLE_TANGENT] = {"saddle-tangent", "eV/angstrom",
                                  LOOKS_AT_LABELS | LOOKS_AT_WALK |
                                      LOOKS_AT_BAND},
    [CRITERION_SADDLE_NORMAL] = {"saddle-normal", "eV/angstrom",
                                 LOOKS_AT_LABELS | LOOKS_AT_WALK |
                                     LOOKS_AT_BAND},
    [CRITERION_SADDLE_ENERGY] = {"saddle-energy", "eV",
                                 LOOKS_AT_LABELS | LOOKS_AT_WALK |
                                     LOOKS_AT_BAND},
    [CRITERION_SIGMA_E] = {"sigma-e", "eV", LOOKS_AT_WALK},
    [CRITERION_SIGMA_F] = {"sigma-f", "eV/angstrom", LOOKS_AT_WALK},
    [CRITERION_FORCE_RMSE] = {"force-rmse", "eV/angstrom", LOOKS_AT_LABELS},
    [CRITERION_FORCE_MAE] = {"force-mae", "eV/angstrom", LOOKS_AT_LABELS},
    [CRITERION_MOVE] = {"move", "angstrom", LOOKS_AT_WALK | LOOKS_AT_PREVIOUS},
    [CRITERION_BARRIER] = {"barrier", "eV", LOOKS_AT_WALK | LOOKS_AT_PREVIOUS},
    [CRITERION_STEPS] = {"steps", "steps", LOOKS_AT_WALK},
    [CRITERION_ROUNDS] = {"rounds", "rounds", LOOKS_AT_ROUND},
    [CRITERION_BUDGET] = {"budget", "calls", LOOKS_AT_LEDGER},
};

enum { MOST_IN_GROUP = 2 };
static const struct {
    const char *name;
    int n;
    enum criterion of[MOST_IN_GROUP];
} groups[] = {
    {"neb", 2, {CRITERION_ENDS_FMAX, CRITERION_SADDLE_FMAX}},
    {"neb-paper", 2, {CRITERION_ENDS_ENERGY, CRITERION_SADDLE_ENERGY}},
    {"committee", 2, {CRITERION_SIGMA_E, CRITERION_SIGMA_F}},
    {"md", 2, {CRITERION_FORCE_RMSE, CRITERION_SIGMA_F}},
    {"change", 2, {CRITERION_MOVE, CRITERION_BARRIER}},
};
enum { NGROUP = sizeof groups / sizeof *groups };

const char *criterion_name(enum criterion c)
{
    return criteria[c].name;
}

const char *criterion_unit(enum criterion c)
{
    return criteria[c].unit;
}

bool criterion_counts(enum criterion c)
{
    return c == CRITERION_STEPS || c == CRITERION_ROUNDS ||
           c == CRITERION_BUDGET;
}

unsigned criterion_looks_at(enum criterion c)
{
    return criteria[c].looks_at;
}

/* Push whether a criterion holds, or take two answers and push one. */
enum operation { PUSH, AND, OR };

struct rule_step {
    enum operation what;
    enum criterion c;
};

void rule_release(struct rule *r)
{
    free(r->step);
    *r = (struct rule){0};
}

static void add(struct rule *r, enum operation what, enum criterion c)
{
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 8;
        r->step = xrealloc(r->step, (size_t)r->room, sizeof *r->step);
    }
    r->step[r->n++] = (struct rule_step){what, c};
}

/* A text being parsed, by words and parentheses. */
struct cursor {
    const char *p;
    int depth; /* of parentheses */
    struct err *err;
};

/* How many parentheses may be open: no rule that a person writes has more. */
enum { MAX_DEPTH = 20 };

static size_t word_length(struct cursor *c)
{
    c->p += strspn(c->p, " \t");
    if (*c->p == '(' || *c->p == ')')
        return 1;
    return strcspn(c->p, " \t()");
}

static bool is_word(const char *p, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(p, word, n) == 0;
}

/* Go on behind the next word if it is this one. */
static bool next_is(struct cursor *c, const char *word)
{
    size_t n = word_length(c);

    if (!is_word(c->p, n, word))
        return false;
    c->p += n;
    return true;
}

static int expected(const struct cursor *c, const char *what)
{
    return err_set(c->err, ERR_FORMAT, "--criterion: expected %s before '%s'",
                   what, c->p);
}

/* What there is to choose from. */
static int unknown(struct cursor *c, size_t n)
{
    char list[400] = "";
    size_t at = 0;

    for (int i = 0; i < NCRITERION; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s, ",
                               criteria[i].name);
    for (int i = 0; i < NGROUP; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s",
                               groups[i].name, i < NGROUP - 1 ? ", " : "");
    return err_set(c->err, ERR_FORMAT, "--criterion: '%.*s' is not one of %s",
                   (int)n, c->p, list);
}

static int parse_name(struct rule *r, struct cursor *c)
{
    size_t n = word_length(c);

    if (n == 0 || *c->p == ')' || is_word(c->p, n, "and") ||
        is_word(c->p, n, "or"))
        return expected(c, "a criterion");
    for (int i = 0; i < NCRITERION; i++)
        if (next_is(c, criteria[i].name)) {
            add(r, PUSH, (enum criterion)i);
            return 0;
        }
    for (int i = 0; i < NGROUP; i++) {
        if (!next_is(c, groups[i].name))
            continue;
        for (int k = 0; k < groups[i].n; k++) {
            add(r, PUSH, groups[i].of[k]);
            if (k > 0)
                add(r, AND, 0);
        }
        return 0;
    }
    return unknown(c, n);
}

static int parse_rule(struct rule *r, struct cursor *c);

static int parse_item(struct rule *r, struct cursor *c)
{
    int ret;

    if (!next_is(c, "("))
        return parse_name(r, c);
    if (++c->depth > MAX_DEPTH)
        return expected(c, "fewer parentheses");
    ret = parse_rule(r, c);
    c->depth--;
    if (ret == 0 && !next_is(c, ")"))
        ret = expected(c, "a parenthesis");
    return ret;
}

static int parse_clause(struct rule *r, struct cursor *c)
{
    int ret = parse_item(r, c);

    while (ret == 0 && next_is(c, "and")) {
        ret = parse_item(r, c);
        add(r, AND, 0);
    }
    return ret;
}

static int parse_rule(struct rule *r, struct cursor *c)
{
    int ret = parse_clause(r, c);

    while (ret == 0 && next_is(c, "or")) {
        ret = parse_clause(r, c);
        add(r, OR, 0);
    }
    return ret;
}

int rule_parse(struct rule *r, const char *text, struct err *err)
{
    struct cursor c = {.p = text, .err = err};
    int ret;

    *r = (struct rule){0};
    ret = parse_rule(r, &c);
    if (ret == 0 && word_length(&c) > 0)
        ret = expected(&c, "and, or");
    if (ret < 0)
        rule_release(r);
    return ret;
}

bool rule_asks(const struct rule *r, enum criterion c)
{
    for (int i = 0; i < r->n; i++)
        if (r->step[i].what == PUSH && r->step[i].c == c)
            return true;
    return false;
}

unsigned rule_looks_at(const struct rule *r)
{
    unsigned all = 0;

    for (int i = 0; i < r->n; i++)
        if (r->step[i].what == PUSH)
            all |= criteria[r->step[i].c].looks_at;
    return all;
}

bool rule_holds(const struct rule *r, const bool yes[NCRITERION])
{
    bool *stack = xcalloc((size_t)r->n + 1, sizeof *stack), holds;
    int top = 0;

    for (int i = 0; i < r->n; i++) {
        if (r->step[i].what == PUSH) {
            stack[top++] = yes[r->step[i].c];
            continue;
        }
        top--;
        if (r->step[i].what == AND)
            stack[top - 1] = stack[top - 1] && stack[top];
        else
            stack[top - 1] = stack[top - 1] || stack[top];
    }
    holds = stack[0];
    free(stack);
    return holds;
}
