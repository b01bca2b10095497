#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/io.h>

#include "io/number.h"
#include "suites.h"

#define PROPS "Properties=species:S:1:pos:R:3"

/* The one frame of a text. */
static void read_text(struct frame *f, const char *s)
{
    struct text t = text_of("t", s);
    struct err err = {.msg = ""};

    if (frame_read(&t, f, &err) != 1)
        ck_abort_msg("refused: %s", err.msg);
    text_close(&t);
}

static void expect_refused(const char *s, const char *message)
{
    struct text t = text_of("t", s);
    struct err err = {.msg = ""};
    struct frame f;
    int ret;

    while ((ret = frame_read(&t, &f, &err)) > 0)
        frame_release(&f);
    ck_assert_int_lt(ret, 0);
    ck_assert_str_eq(err.msg, message);
    text_close(&t);
}

START_TEST(reals_are_rounded_as_strtod_does)
{
    struct rng rng;
    char s[64];
    double x;

    rng_init(&rng, 1);
    for (int i = 0; i < 50000; i++) {
        int digits = 1 + rng_below(&rng, 20), e = rng_below(&rng, 50) - 25;
        char *p = s;

        for (int k = 0; k < digits; k++) {
            *p++ = (char)('0' + rng_below(&rng, 10));
            if (k == digits / 2)
                *p++ = '.';
        }
        sprintf(p, "e%d", e);
        ck_assert(scan_real(s, strlen(s), &x));
        if (x != strtod(s, NULL))
            ck_abort_msg("%s read as %.17g", s, x);
    }
}
END_TEST

/* 1 + 2^-53 lies halfway between two doubles: even wins, a hair more does
 * not. */
START_TEST(ties_go_to_even)
{
    static const struct {
        const char *s;
        double x;
    } cases[] = {
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740995", 9007199254740996.0},
        {"9007199254740993.00", 9007199254740992.0},
        {"9007199254740993.01", 9007199254740994.0},
        {"1.00000000000000011102230246251565404", 1.0},
        {"1.000000000000000111", 1.0},
        {"1.0000000000000001111", 1.0000000000000002},
        {"-2.5d-1", -0.25},
        {"1.e2", 100},
        {".5E+01", 5},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x;

        ck_assert(scan_real(cases[i].s, strlen(cases[i].s), &x));
        if (x != cases[i].x)
            ck_abort_msg("%s read as %.17g", cases[i].s, x);
    }
}
END_TEST

/* The digits of a number from the first that is not zero to the last. */
static void significant(char *to, const char *s)
{
    size_t n = 0;

    for (; *s && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
            to[n++] = *s;
    while (n > 0 && to[n - 1] == '0')
        n--;
    to[n] = '\0';
}

static double random_real(struct rng *rng, int i)
{
    uint64_t bits = rng_next(rng);
    double x;

    if (i % 4 == 0) {
        memcpy(&x, &bits, sizeof x);
        return isfinite(x) ? x : 0;
    }
    x = rng_normal(rng) * pow(10, rng_below(rng, 20) - 10);
    return i % 4 == 1 ? rint(x * 1e8) / 1e8 : x; /* digits as ASE gives */
}

/* As few digits as the first of %.15g, %.16g and %.17g that comes back. */
START_TEST(reals_come_back_to_the_bit)
{
    struct rng rng;

    rng_init(&rng, 2);
    for (int i = 0; i < 50000; i++) {
        char s[REAL_ROOM + 1], plain[40], ours[40], theirs[40];
        double x = random_real(&rng, i), back;
        size_t n = format_real(s, x);

        ck_assert_uint_lt(n, REAL_ROOM);
        s[n] = '\0';
        ck_assert(scan_real(s, n, &back));
        ck_assert_int_eq(memcmp(&x, &back, sizeof x), 0);
        ck_assert_ptr_nonnull(strpbrk(s, ".e"));
        for (int p = 15; p <= 17; p++) {
            snprintf(plain, sizeof plain, "%.*g", p, x);
            if (strtod(plain, NULL) == x)
                break;
        }
        significant(ours, s);
        significant(theirs, plain);
        ck_assert_str_eq(ours, theirs);
    }
}
END_TEST

START_TEST(a_frame_is_read)
{
    struct frame f;
    const double *forces;
    struct label label;
    double x, m[3][3];

    read_text(&f, "2\n"
                  "Lattice=\"4 0 0 1 5 0 0 0 6\" "
                  "Properties=species:S:1:pos:R:3:move_mask:L:1:forces:R:3 "
                  "energy=-3 free_energy=-3.5D0 config='a b' done "
                  "stress=\"1 2 3 .4 .5 .6\" pbc=\"T T F\"\n"
                  "CU 0 0 0 F 0.5 -0.25 0\n"
                  "H\t1e0 -.5 2. T -0.5 0.25 0\n");
    ck_assert_int_eq(f.atoms.natoms, 2);
    ck_assert_int_eq(f.atoms.z[0], 29);
    ck_assert(f.atoms.pos[1][0] == 1 && f.atoms.pos[1][1] == -0.5);
    ck_assert(f.atoms.cell[1][0] == 1 && f.atoms.cell[2][2] == 6);
    ck_assert(f.atoms.pbc[1] && !f.atoms.pbc[2]);
    ck_assert(!f.atoms.move[0][2] && f.atoms.move[1][2]);
    forces = frame_get_column(&f, "forces", 3);
    ck_assert_ptr_nonnull(forces);
    ck_assert(forces[3] == -0.5);
    ck_assert(frame_get_label(&f, NULL, &label));
    ck_assert(label.energy == -3.5 && label.free_energy);
    ck_assert(label.forces[0][1] == -0.25);
    ck_assert(frame_get_real(&f, "energy", &x) && x == -3);
    ck_assert_str_eq(frame_get_text(&f, "config"), "a b");
    ck_assert(frame_get_matrix(&f, "stress", m));
    ck_assert(m[0][0] == 1 && m[1][2] == .4 && m[0][2] == .5 && m[0][1] == .6);
    ck_assert_int_eq(f.line, 1);
    ck_assert_uint_eq(f.odd, 0);
    frame_release(&f);
}
END_TEST

/* A frame with these keys. */
static void read_keys(struct frame *f, const char *keys)
{
    char s[1024];

    snprintf(s, sizeof s, "1\n" PROPS " %s\nH 0 0 0\n", keys);
    read_text(f, s);
}

/* Every form of value, and how it is told in JSON. */
START_TEST(values_have_the_type_they_look_like)
{
    static const struct {
        const char *key, *json;
    } cases[] = {
        {"a=1", "1"},
        {"a=+1", "1"},
        {"a=9223372036854775807", "9223372036854775807"},
        {"a=-9223372036854775808", "-9223372036854775808"},
        {"a=9223372036854775808", "\"9223372036854775808\""},
        {"a=007", "\"007\""},
        {"a=-1.5D+01", "-15.0"},
        {"a=.5", "0.5"},
        {"a=1e5", "100000.0"},
        {"a=1e-300", "1e-300"},
        {"a=-0.0", "-0.0"},
        {"a=nan", "\"nan\""},
        {"a=0x10", "\"0x10\""},
        {"a=1_0", "\"1_0\""},
        {"a=.", "\".\""},
        {"a=True", "true"},
        {"a=FALSE", "false"},
        {"a=TRue", "\"TRue\""},
        {"a", "true"},
        {"a  =  T", "true"},
        {"a=x/y:z-1", "\"x/y:z-1\""},
        {"a=\"1 2 3\"", "[1, 2, 3]"},
        {"a='1, 2.5, 3'", "[1.0, 2.5, 3.0]"},
        {"a={T F}", "[true, false]"},
        {"a={1 two}", "\"1 two\""},
        {"a=\" 2.5 \"", "2.5"},
        {"a=\"1 T\"", "\"1 T\""},
        {"a=\"\"", "\"\""},
        {"a=\"say \\\"hi\\\" \\\\ \\n\"", "\"say \\\"hi\\\" \\\\ \\u000a\""},
        {"a=\"1 2 3 4 5 6 7 8 9\"", "[1, 2, 3, 4, 5, 6, 7, 8, 9]"},
        {"a=[1]", "[1]"},
        {"a=[1, 2.5]", "[1.0, 2.5]"},
        {"a=[[1,2],[3,4],[5,6]]", "[[1, 2], [3, 4], [5, 6]]"},
        {"a=[ [ T , F ] ]", "[[true, false]]"},
        {"a=[\"a b\", c, '1']", "[\"a b\", \"c\", \"1\"]"},
        {"a=\"_JSON -70.5\"", "-70.5"},
        {"a=\"_JSON [[0.0, 0.5]]\"", "[[0.0, 0.5]]"},
        {"a=\"_JSON [true, false]\"", "[true, false]"},
        {"a=\"_JSON \\\"12\\\"\"", "\"12\""},
        {"a=\"_JSON \\\"\\\\u00e9\\\\ud83d\\\\ude00\\\"\"",
         "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"a=\"_JSON {\\\"b\\\": [1, null]}\"", "{\"b\": [1, null]}"},
        {"a=\"_JSON [1, \\\"b\\\"]\"", "[1, \"b\"]"},
        {"a=\"_JSON [[1], [2, 3]]\"", "[[1], [2, 3]]"},
        {"a=\"_JSON []\"", "[]"},
        {"\"a b\"=1", "1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f;
        char *s = NULL, *info;
        size_t n = 0;
        FILE *out = open_memstream(&s, &n);

        read_keys(&f, cases[i].key);
        frame_print_json(&f, out);
        fclose(out);
        info = strstr(strstr(s, "\"info\": {"), "\": ") + 3;
        info = strstr(info, "\": ") + 3;
        *strstr(info, "}, \"arrays\"") = '\0';
        ck_assert_str_eq(info, cases[i].json);
        free(s);
        frame_release(&f);
    }
}
END_TEST

START_TEST(remarks_are_kept_and_keys_are_parsed)
{
    struct frame f;

    read_text(&f, "1\nwater, made by hand\nH 0 0 0 7\n");
    ck_assert_int_eq(f.nkey, 1);
    ck_assert_str_eq(frame_get_text(&f, "comment"), "water, made by hand");
    ck_assert_uint_eq(f.odd, ODD_EXTRA_COLUMNS);
    frame_release(&f);
    read_text(&f, "1\n i = 1, time = 0.5, E = -17.1\nH 0 0 0");
    ck_assert_str_eq(frame_get_text(&f, "comment"),
                     " i = 1, time = 0.5, E = -17.1");
    ck_assert_uint_eq(f.odd, ODD_NO_NEWLINE);
    frame_release(&f);
    read_text(&f, "1\nstep=3 T=300.5\nH 0 0 0\n");
    ck_assert_int_eq(f.nkey, 2);
    frame_release(&f);
    read_text(&f, "1\r\n\r\nH 0 0 0\r\n\n \n");
    ck_assert_int_eq(f.nkey, 0);
    ck_assert(!f.atoms.pbc[0]);
    frame_release(&f);
}
END_TEST

START_TEST(cells_take_all_forms)
{
    static const char *const cells[] = {
        "Lattice=\"4 0 0 1 5 0 0 0 6\"",
        "Lattice='4.0, 0, 0, 1, 5, 0, 0, 0, 6'",
        "Lattice={4 0 0 1 5 0 0 0 6} pbc=[T, T, T]",
        "Lattice=[4, 0, 0, 1, 5, 0, 0, 0, 6] pbc=\"1 1 1\"",
        "Lattice=[[4, 0, 0], [1, 5, 0], [0, 0, 6]] pbc={True T TRUE}",
    };
    struct frame f;

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        read_keys(&f, cells[i]);
        ck_assert(f.atoms.cell[0][0] == 4 && f.atoms.cell[1][0] == 1 &&
                  f.atoms.cell[0][1] == 0 && f.atoms.cell[2][2] == 6);
        ck_assert(f.atoms.pbc[0] && f.atoms.pbc[1] && f.atoms.pbc[2]);
        frame_release(&f);
    }
    read_keys(&f, "Lattice=\"0 0 0 0 0 0 0 0 0\" pbc=\"F F F\"");
    ck_assert(!f.atoms.pbc[0]);
    frame_release(&f);
}
END_TEST

#define ROW "\nH 0 0 0\n"
#define CUBE "Lattice=\"4 0 0 0 4 0 0 0 4\" "

START_TEST(bad_frames_are_refused_with_their_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"x\n", "t:1: expected the number of atoms"},
        {"-1\n", "t:1: expected the number of atoms"},
        {"1 atoms\n", "t:1: expected the number of atoms"},
        {"1.0\n", "t:1: expected the number of atoms"},
        {"0\n", "t:1: expected 1 to 2147483647 atoms"},
        {"4294967297\n", "t:1: expected 1 to 2147483647 atoms"},
        {"\n1\n", "t:1: expected the number of atoms, got a blank line"},
        {"1\n\nH 0 0 0\n\n1\n",
         "t:4: expected the number of atoms, got a blank line"},
        {"\xef\xbb\xbf"
         "1\n",
         "t:1: expected ASCII, got a byte order mark"},
        {"\x1f\x8b\n", "t:1: expected text, got gzip"},
        {"1", "t:1: the file ends inside a frame"},
        {"2\n\nH 0 0 0\n", "t:3: expected 2 atoms, the file ends after 1"},
        {"2\n\nH 0 0 0\nH 0 0\n", "t:4: expected a row of 4 columns"},
        {"1\n" PROPS "\nH 0 0 0 0\n", "t:3: expected a row of 4 columns"},
        {"1\n" PROPS ":q:R:2147483647" ROW,
         "t:3: expected a row of 2147483651 columns"},
        {"1\n\nD 0 0 0\n", "t:3: species: expected a chemical symbol, got 'D'"},
        {"1\n\n\033[31m 0 0 0\n",
         "t:3: species: expected a chemical symbol, got '?[31m'"},
        {"1\n\nH nan 0 0\n", "t:3: pos: expected a number, got 'nan'"},
        {"1\n\nH 1e999 0 0\n", "t:3: pos: expected a number, got '1e999'"},
        {"1\n\nH 0x1p1 0 0\n", "t:3: pos: expected a number, got '0x1p1'"},
        {"1\n\nH 1e22 0 0\n",
         "t:3: pos: expected a magnitude up to 1e+21, got '1e22'"},
        {"1\n" PROPS ":forces:R:3\nH 0 0 0 2e4 0 0\n",
         "t:3: forces: expected a magnitude up to 10000, got '2e4'"},
        {"1\n" PROPS ":tag:I:1\nH 0 0 0 1.5\n",
         "t:3: tag: expected an integer of 64 bits, got '1.5'"},
        {"1\n" PROPS ":move_mask:L:1\nH 0 0 0 1\n",
         "t:3: move_mask: expected T or F, got '1'"},
        {"1\n" PROPS ":s:S:1\nH 0 0 0 \xff\n",
         "t:3: s: expected ASCII or UTF-8 text, got '?'"},
        {"1\n" PROPS ":Z:I:1\nH 0 0 0 29\n",
         "t:3: expected species and Z to agree, got H and 29"},
        {"1\nProperties=Z:I:1:pos:R:3\n0 0 0 0\n",
         "t:3: Z: expected a number from 1 to 118"},
        {"1\nProperties=species:S:1:pos:R" ROW,
         "t:2: Properties: expected name:type:count, type one of S R I L"},
        {"1\nProperties=species:S:1:pos:R:0" ROW,
         "t:2: Properties: expected a count of columns"},
        {"1\nProperties=species:S:1:pos:R:3x" ROW,
         "t:2: Properties: expected a colon"},
        {"1\n" PROPS ":pos:R:3" ROW,
         "t:2: Properties: expected each column once"},
        {"1\nProperties=pos:R:3" ROW,
         "t:2: Properties: expected species:S:1 or Z:I:1"},
        {"1\nProperties=species:S:1" ROW, "t:2: Properties: expected pos:R:3"},
        {"1\nProperties=species:R:1:pos:R:3" ROW,
         "t:2: Properties: expected species:S:1"},
        {"1\nProperties=Z:S:1:pos:R:3" ROW, "t:2: Properties: expected Z:I:1"},
        {"1\n" PROPS ":move_mask:I:1" ROW,
         "t:2: Properties: expected move_mask:L:1 or :L:3"},
        {"1\n" PROPS ":forces:R:2" ROW, "t:2: Properties: expected forces:R:3"},
        {"1\nProperties=[1, 2]" ROW,
         "t:2: Properties: expected name:type:count"},
        {"1\nproperties=species:S:1:pos:R:3" ROW,
         "t:2: key 'properties': expected it spelled Lattice, pbc, "
         "Properties"},
        {"1\n" PROPS " a=1 a=1" ROW, "t:2: key 'a': expected it once"},
        {"1\n" PROPS " a=" ROW, "t:2: key 'a': expected a value"},
        {"1\n" PROPS " =1" ROW, "t:2: key '': expected a key"},
        {"1\n" PROPS " \"\"=1" ROW,
         "t:2: key '': expected a key of printable characters"},
        {"1\n" PROPS " a\"b\"" ROW,
         "t:2: key 'a': expected '=' or a blank after it"},
        {"1\n" PROPS " a=\"b" ROW, "t:2: key 'a': expected a closing quote"},
        {"1\n" PROPS " a=\"b\\" ROW, "t:2: key 'a': expected a closing quote"},
        {"1\n" PROPS " a={b" ROW, "t:2: key 'a': expected a closing brace"},
        {"1\n" PROPS " a=b=c" ROW,
         "t:2: key 'a': expected a blank after it, or quotes around it"},
        {"1\n" PROPS " a=[1, ]" ROW,
         "t:2: key 'a': expected a value in the array"},
        {"1\n" PROPS " a=[1 2]" ROW,
         "t:2: key 'a': expected a comma or a closing bracket"},
        {"1\n" PROPS " a=[[1], 2]" ROW,
         "t:2: key 'a': expected an opening bracket"},
        {"1\n" PROPS " a=[[1], [2, 3]]" ROW,
         "t:2: key 'a': expected rows of one length"},
        {"1\n" PROPS " a=[\"1\", 2]" ROW,
         "t:2: key 'a': expected values of one type"},
        {"1\n" PROPS " a=\"_JSON [1\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\"_JSON [01]\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\"_JSON {1:2}\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\033x" ROW,
         "t:2: expected a line of ASCII or UTF-8 text"},
        {"1\n<<<<<<< HEAD" ROW, "t:2: expected keys, got a merge conflict"},
        {"1\n" PROPS " energy=nan" ROW, "t:2: energy: expected a number, eV"},
        {"1\n" PROPS " free_energy=T" ROW,
         "t:2: free_energy: expected a number, eV"},
        {"1\n" PROPS " energy=3e6" ROW,
         "t:2: energy: expected eV, at most 2e6 per atom"},
        {"1\nLattice=\"1 2 3\"" ROW, "t:2: Lattice: expected nine numbers"},
        {"1\nLattice=\"1 0 0 0 1 0 1 1 0\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 0 4 0 4 4 1e-6\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 8 1e-6 0 0 0 0\" pbc=\"T T F\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 0 4 0 0 0 1e-160\"" ROW,
         "t:2: Lattice: expected vectors of 0.1 to 1e6 angstrom"},
        {"1\npbc=\"T F F\"" ROW,
         "t:2: expected a Lattice vector for each periodic direction"},
        {"1\n" CUBE "pbc=\"T F\"" ROW, "t:2: pbc: expected three of T and F"},
        {"1\n" CUBE "pbc=\"1 0 2\"" ROW, "t:2: pbc: expected three of T and F"},
        {"1\n" PROPS " stress=\"1 0 0 0 1 0 0 0 1\"" ROW,
         "t:2: stress: expected a Lattice of three vectors with it"},
        {"1\n" CUBE "stress=\"1 2 3 4 5 6 7 8 9\"" ROW,
         "t:2: stress: expected a symmetric matrix of nine numbers"},
        {"1\n" CUBE "stress=\"200 0 0 0 0 0\"" ROW,
         "t:2: stress: expected eV/angstrom^3, at most 100"},
        {"1\n" CUBE "virial=\"1 2 3\"" ROW,
         "t:2: virial: expected a symmetric matrix of nine numbers"},
        {"1\n" CUBE "stress=\"1 1 1 0 0 0\" virial=\"64 64 64 0 0 0\"" ROW,
         "t:2: expected virial = -volume stress"},
        {"2\n\nCu 0 0 0\nCu 0 0 0.6\n",
         "t:1: expected atoms apart, got Cu 2 0.6 angstrom from Cu 1"},
        {"2\n" CUBE "\nCu 0 0 0.1\nCu 4 -4 3.9\n",
         "t:1: expected atoms apart, got Cu 2 0.2 angstrom from Cu 1"},
        {"1\nLattice=\"0.5 0 0 0 9 0 0 0 9\"\nCu 0 0 0\n",
         "t:1: expected atoms apart, got Cu 1 0.5 angstrom from Cu 1, its "
         "image"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].message);
}
END_TEST

/* A NUL is a character like any other, and no end. */
START_TEST(a_nul_byte_is_refused)
{
    static const char row[] = "1\n\nH 0 0 0\0 9\n";
    static const char keys[] = "1\na=\0b\nH 0 0 0\n";
    struct text t = {.name = "t"};
    struct err err;
    struct frame f;

    t.f = fmemopen((void *)(uintptr_t)row, sizeof row - 1, "r");
    ck_assert_int_eq(frame_read(&t, &f, &err), ERR_FORMAT);
    ck_assert_str_eq(err.msg, "t:3: pos: expected a number, got '0'");
    text_close(&t);
    t = (struct text){.name = "t"};
    t.f = fmemopen((void *)(uintptr_t)keys, sizeof keys - 1, "r");
    ck_assert_int_eq(frame_read(&t, &f, &err), ERR_FORMAT);
    text_close(&t);
}
END_TEST

/* Writing and random frames -------------------------------------------------*/

static char *written(const struct frame *f)
{
    char *s = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&s, &n);
    struct err err;

    ck_assert_int_eq(frame_write(f, out, "w", &err), 0);
    fclose(out);
    return s;
}

START_TEST(a_frame_is_written_so)
{
    struct frame f, g;
    double m[3][3] = {{1, 2, 3}, {2, 4, 5}, {3, 5, 6}};
    char *s;

    read_text(&f, "2\nLattice=\"4 0 0 0 4 0 0 0 4\" pbc=[T, F, F] "
                  "Properties=Z:I:1:tag:S:1:move_mask:L:3:pos:R:3:q:R:1 "
                  "a=\"_JSON [1, 2]\" b=\"x y\" c='12a' d={T F T} e=[1.5] "
                  "relaxed energy=-0.1 \"k k\"=3\n"
                  "29 \"x\" T T T 0 0 0.1 1e-7\n"
                  "1 y F F F 0 0 2 -12345678901234567890\n");
    frame_set_matrix(&f, "stress", m);
    frame_set_text(&f, "n", "12");
    s = written(&f);
    ck_assert_str_eq(
        s, "2\n"
           "Lattice=\"4.0 0.0 0.0 0.0 4.0 0.0 0.0 0.0 4.0\" "
           "Properties=species:S:1:pos:R:3:move_mask:L:1:tag:S:1:q:R:1 "
           "a=\"_JSON [1, 2]\" b=\"x y\" c=12a d=\"T F T\" "
           "e=\"_JSON [1.5]\" relaxed=T energy=-0.1 \"k k\"=3 "
           "stress=\"1.0 2.0 3.0 2.0 4.0 5.0 3.0 5.0 6.0\" "
           "n=\"_JSON \\\"12\\\"\" pbc=\"T F F\"\n"
           "Cu 0.0 0.0 0.1 T \"x\" 1e-07\n"
           "H 0.0 0.0 2.0 F y -1.2345678901234567e+19\n");
    read_text(&g, s);
    ck_assert_str_eq(frame_get_text(&g, "n"), "12");
    free(s);
    frame_release(&f);
    frame_release(&g);
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_not_written)
{
    struct frame f;
    struct err err;
    double q = NAN;

    read_keys(&f, "energy=1");
    frame_set_real(&f, "energy", INFINITY);
    ck_assert_int_eq(frame_write(&f, stdout, "w", &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "'w' not written: energy is not finite");
    frame_set_real(&f, "energy", 1);
    frame_set_column(&f, "q", 1, &q);
    ck_assert_int_eq(frame_write(&f, stdout, "w", &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "'w' not written: q is not finite");
    frame_release(&f);
}
END_TEST

static char *random_text(struct rng *rng)
{
    static const char some[] = "ab1T.,= \"'\\{}[]:\n\t\x7f_-e+";
    int n = rng_below(rng, 9);
    char *s = xcalloc((size_t)n + 8, 1);

    if (rng_below(rng, 8) == 0)
        strcpy(s, "_JSON ");
    for (int i = 0; i < n; i++)
        s[strlen(s)] = some[rng_below(rng, sizeof some - 1)];
    return s;
}

static void random_key(struct key *k, struct rng *rng, int number)
{
    k->name = xasprintf("%sk%d", rng_below(rng, 4) ? "" : "a \"", number);
    k->type = (enum value_type)rng_below(rng, 4);
    k->rank = rng_below(rng, 3);
    k->shape[0] = k->rank > 0 ? 1 + rng_below(rng, 10) : 1;
    k->shape[1] = k->rank > 1 ? 1 + rng_below(rng, 4) : 1;
    k->v.i = xcalloc((size_t)(k->shape[0] * k->shape[1]), 8);
    for (int i = 0; i < k->shape[0] * k->shape[1]; i++)
        switch (k->type) {
        case VALUE_INT:
            k->v.i[i] = (int64_t)rng_next(rng);
            break;
        case VALUE_REAL:
            k->v.x[i] = random_real(rng, i);
            break;
        case VALUE_BOOL:
            k->v.b[i] = rng_below(rng, 2);
            break;
        case VALUE_TEXT:
            k->v.s[i] = random_text(rng);
            break;
        }
}

static void random_frame(struct frame *f, struct rng *rng)
{
    int n = 1 + rng_below(rng, 6);
    double q[18];

    *f = (struct frame){0};
    atoms_init(&f->atoms, n);
    for (int i = 0; i < n; i++) {
        f->atoms.z[i] = 1 + rng_below(rng, MAX_Z);
        for (int k = 0; k < 3; k++)
            f->atoms.pos[i][k] = 30 * i + rng_uniform(rng);
    }
    for (int i = 0; i < 3; i++) {
        f->atoms.pbc[i] = rng_below(rng, 2);
        if (f->atoms.pbc[i] || rng_below(rng, 2))
            for (int k = 0; k < 3; k++)
                f->atoms.cell[i][k] = 200 * (i == k) + rng_normal(rng);
    }
    if (rng_below(rng, 2))
        f->atoms.move = xcalloc((size_t)n, sizeof *f->atoms.move);
    for (int i = 0; i < n && f->atoms.move; i++)
        for (int k = 0; k < 3; k++)
            f->atoms.move[i][k] = rng_below(rng, 5);
    for (int i = 0; i < 3 * n; i++)
        q[i] = random_real(rng, i);
    frame_set_column(f, "q", 1 + rng_below(rng, 3), q);
    f->nkey = rng_below(rng, 5);
    f->key = xcalloc(5, sizeof *f->key);
    for (int i = 0; i < f->nkey; i++)
        random_key(&f->key[i], rng, i);
}

/* Is it the same to the bit? */
static void ck_same_key(const struct key *a, const struct key *b)
{
    int n = a->shape[0] * a->shape[1];

    ck_assert_str_eq(a->name, b->name);
    ck_assert_int_eq(a->type, b->type);
    ck_assert_int_eq(a->rank, b->rank);
    ck_assert_int_eq(a->shape[0], b->shape[0]);
    ck_assert_int_eq(a->shape[1], b->shape[1]);
    for (int i = 0; i < n; i++)
        if (a->type == VALUE_TEXT)
            ck_assert_str_eq(a->v.s[i], b->v.s[i]);
        else if (a->type == VALUE_BOOL)
            ck_assert_int_eq(a->v.b[i], b->v.b[i]);
        else
            ck_assert_int_eq(a->v.i[i], b->v.i[i]); /* bits of a real too */
}

START_TEST(random_frames_come_back)
{
    struct rng rng;

    rng_init(&rng, 3);
    for (int i = 0; i < 5000; i++) {
        struct frame f, g, copy;
        char *s, *again;

        random_frame(&f, &rng);
        frame_copy(&copy, &f);
        s = written(&copy);
        read_text(&g, s);
        again = written(&g);
        ck_assert_str_eq(s, again);
        ck_assert_int_eq(f.nkey, g.nkey);
        for (int k = 0; k < f.nkey; k++)
            ck_same_key(&f.key[k], &g.key[k]);
        ck_assert(memcmp(f.atoms.pos, g.atoms.pos,
                         (size_t)f.atoms.natoms * sizeof *f.atoms.pos) == 0);
        ck_assert(memcmp(f.atoms.cell, g.atoms.cell, sizeof f.atoms.cell) == 0);
        ck_assert(memcmp(f.atoms.pbc, g.atoms.pbc, sizeof f.atoms.pbc) == 0);
        ck_assert(!f.atoms.move == !g.atoms.move);
        ck_assert(!f.atoms.move || memcmp(f.atoms.move, g.atoms.move,
                                          (size_t)f.atoms.natoms * 3) == 0);
        free(s);
        free(again);
        frame_release(&f);
        frame_release(&g);
        frame_release(&copy);
    }
}
END_TEST

/*
 * A file cut anywhere is refused, or gives the frames it holds whole; a cut
 * inside the last number shows as the missing newline.
 */
START_TEST(no_prefix_passes_for_more_than_it_holds)
{
    static const char text[] = "2\n" PROPS ":forces:R:3 energy=-1.25 "
                               "a=\"b c\"\nH 0 0 0 1.5 0 0\nO 0 0 1 -1.5 0 0\n"
                               "1\n" PROPS " energy=-2.5\nH 0 0 0.25\n";
    size_t whole = strlen(text);

    for (size_t n = 1; n <= whole; n++) {
        char *cut = xcalloc(n + 1, 1);
        struct frame f;
        struct err err;
        int ret, frames = 0;
        unsigned odd = 0;

        memcpy(cut, text, n);
        struct text t = text_of("t", cut);
        while ((ret = frame_read(&t, &f, &err)) > 0) {
            frames++;
            odd |= f.odd;
            frame_release(&f);
        }
        text_close(&t);
        bool at_end = strncmp(text + n, "1\n" PROPS, 12) == 0 || n == whole;
        if (at_end)
            ck_assert(ret == 0 && odd == 0);
        else
            ck_assert(ret < 0 || odd == ODD_NO_NEWLINE);
        ck_assert_int_le(frames, n == whole || odd ? 2 : 1);
        free(cut);
    }
}
END_TEST

START_TEST(all_frames_or_none)
{
    static const char text[] = "1\n\nH 0 0 0\n2\n\nH 0 0 0\n";
    char name[] = "/tmp/morsel-XXXXXX";
    FILE *f = fdopen(mkstemp(name), "w");
    struct frames s;
    struct err err;

    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(frames_read(&s, name, &err), ERR_FORMAT);
    ck_assert_int_eq(s.n, 0);
    ck_assert_ptr_null(s.frame);
    remove(name);
    ck_assert_int_eq(frames_read(&s, name, &err), ERR_IO);
}
END_TEST

START_TEST(keys_and_columns_are_found_by_name)
{
    struct frame f;
    double x = 0, q[3] = {1, 2, 3};
    bool b = false;
    int i = 0;

    read_keys(&f, "i=3 x=2.5 b=T t=abc v=\"1 2 3\" w=4294967296");
    ck_assert(frame_get_int(&f, "i", &i) && i == 3);
    ck_assert(frame_get_real(&f, "i", &x) && x == 3);
    ck_assert(frame_get_real(&f, "x", &x) && x == 2.5);
    ck_assert(!frame_get_int(&f, "x", &i) && !frame_get_int(&f, "w", &i));
    ck_assert(frame_get_bool(&f, "b", &b) && b);
    ck_assert(!frame_get_real(&f, "v", &x) && !frame_get_real(&f, "no", &x));
    ck_assert_ptr_null(frame_get_text(&f, "i"));
    frame_set_text(&f, "t", frame_get_text(&f, "t"));
    ck_assert_str_eq(frame_get_text(&f, "t"), "abc");
    frame_set_int(&f, "t", 7);
    frame_set_bool(&f, "new", false);
    ck_assert(frame_get_int(&f, "t", &i) && i == 7);
    ck_assert_int_eq(f.nkey, 7);
    frame_set_column(&f, "q", 3, q);
    frame_set_column(&f, "q", 1, frame_get_column(&f, "q", 3));
    ck_assert_ptr_null(frame_get_column(&f, "q", 3));
    ck_assert(frame_get_column(&f, "q", 1)[0] == 1);
    frame_drop(&f, "q");
    frame_drop(&f, "i");
    frame_drop(&f, "none");
    ck_assert_int_eq(f.ncolumn, 0);
    ck_assert_int_eq(f.nkey, 6);
    ck_assert_str_eq(f.key[0].name, "x");
    frame_release(&f);
}
END_TEST

/* Merging ------------------------------------------------------------------*/

#define BOX "Lattice=\"9 0 0 0 9 0 0 0 9\" " PROPS
#define PAIR "\nCu 0 0 0 \nCu 0 0 2.5\n"

/* What merge_add() says to the second of two frames. */
static int merge_two(const char *first, const char *second, bool mixed,
                     struct err *err)
{
    struct merge m;
    struct frame f;
    int ret;

    merge_init(&m);
    m.mixed = mixed;
    read_text(&f, first);
    ck_assert_int_eq(merge_add(&m, &f, "a", err), MERGE_TAKEN);
    read_text(&f, second);
    ret = merge_add(&m, &f, "b", err);
    if (ret != MERGE_TAKEN)
        frame_release(&f);
    merge_release(&m);
    return ret;
}

START_TEST(frames_are_merged_by_the_rules)
{
    static const char first[] = "2\n" BOX " energy=-50" PAIR;
    static const struct {
        const char *second;
        int result;
        const char *message;
    } cases[] = {
        {first, MERGE_TWIN, "b:1: twin of a:1"},
        {"2\n" BOX " energy=-50\nCu 9 -9 0\nCu 18 0 2.5005\n", MERGE_TWIN,
         "b:1: twin of a:1"},
        {"2\n" BOX " energy=-50.01\nCu 0 0 0\nCu 0 0 2.52\n", MERGE_TAKEN, ""},
        {"2\n" BOX " energy=-50\nCu 0 0 0\nAg 0 0 2.5\n", MERGE_TAKEN, ""},
        {"2\n" BOX PAIR, MERGE_REFUSED, "b:1: no energy"},
        {"2\n" BOX " energy=-50\nCu 0 0 0\nCu 0 0 1.2\n", MERGE_REFUSED,
         "b:1: atoms 1 and 2 are at 0.45 of the sum of their covalent radii"},
        {"2\n" BOX ":forces:R:3 energy=-50\nCu 0 0 0 0 0 1\n"
         "Cu 0 0 2.6 0 0 0\n",
         MERGE_REFUSED, "b:1: the forces add up to 1 eV/angstrom"},
        {"1\n" PROPS " energy=-1\nCu 1e7 0 0\n", MERGE_REFUSED,
         "b:1: an atom is beyond 1e6 angstrom"},
        {"2\n" BOX " energy=-51" PAIR, ERR_RANGE,
         "b:1: energy -51, but -50 in a:1 for the same geometry"},
        {"2\n" BOX " energy=-51\nCu 1 4 4\nCu 3.5 4 4\n", ERR_RANGE,
         "b:1: energy -51, but -50 in a:1 for the same geometry"},
        {"2\n" BOX " energy=-50\nCu 1 4 4\nCu 3.5 4 4\n", MERGE_TAKEN, ""},
        {"2\n" BOX " energy=-3.675\nCu 0 0 0\nCu 0 0 2.51\n", ERR_RANGE,
         "b:1: energy -3.675, but -50 in a:1: as rydberg and eV"},
        {"2\n" BOX " energy=-1153\nCu 0 0 0\nCu 0 0 2.51\n", ERR_RANGE,
         "b:1: energy -1153, but -50 in a:1: as eV and kcal/mol"},
    };
    struct err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err.msg[0] = '\0';
        ck_assert_int_eq(merge_two(first, cases[i].second, false, &err),
                         cases[i].result);
        ck_assert_str_eq(err.msg, cases[i].message);
    }
}
END_TEST

START_TEST(levels_of_theory_do_not_mix)
{
    static const char a[] = "2\n" BOX " energy=-5 dft_settings=ab" PAIR;
    static const char b[] =
        "2\n" BOX " energy=-6 dft_settings=cd\nCu 0 0 0\nCu 0 0 2.6\n";
    struct err err;

    ck_assert_int_eq(merge_two(a, b, false, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg, "b:1: dft_settings is 'cd', but 'ab' in a:1");
    ck_assert_int_eq(merge_two(a, b, true, &err), MERGE_TAKEN);
}
END_TEST

Suite *io_suite(void)
{
    Suite *s = suite_create("io");
    TCase *tc = tcase_create("io");

    tcase_set_timeout(tc, 60); /* under valgrind */
    tcase_add_test(tc, reals_are_rounded_as_strtod_does);
    tcase_add_test(tc, ties_go_to_even);
    tcase_add_test(tc, reals_come_back_to_the_bit);
    tcase_add_test(tc, a_frame_is_read);
    tcase_add_test(tc, values_have_the_type_they_look_like);
    tcase_add_test(tc, remarks_are_kept_and_keys_are_parsed);
    tcase_add_test(tc, cells_take_all_forms);
    tcase_add_test(tc, bad_frames_are_refused_with_their_line);
    tcase_add_test(tc, a_nul_byte_is_refused);
    tcase_add_test(tc, a_frame_is_written_so);
    tcase_add_test(tc, a_number_that_is_not_finite_is_not_written);
    tcase_add_test(tc, random_frames_come_back);
    tcase_add_test(tc, no_prefix_passes_for_more_than_it_holds);
    tcase_add_test(tc, all_frames_or_none);
    tcase_add_test(tc, keys_and_columns_are_found_by_name);
    tcase_add_test(tc, frames_are_merged_by_the_rules);
    tcase_add_test(tc, levels_of_theory_do_not_mix);
    suite_add_tcase(s, tc);
    return s;
}
