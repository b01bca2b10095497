# The words of a page: text that is safe, numbers that make sense, tables.
# What comes from a file goes through text() or number() before it is printed.

function html_init(    i) {
    none = "\342\200\223"
    minus = "\342\210\222"
    for (i = 1; i < 256; i++)
        byte[sprintf("%c", i)] = i
}

# s as HTML: well-formed UTF-8, nothing that a browser takes for markup.
function text(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    gsub(/>/, "\\&gt;", s)
    gsub(/"/, "\\&quot;", s)
    gsub(/'/, "\\&#39;", s)
    gsub(/[\001-\010\013-\037\177]/, "?", s)
    return s ~ /[^\t\n -~]/ ? utf8(s) : s
}

# Without the marks of a formula, for a title.
function plain(s) {
    gsub(/<[^>]*>/, "", s)
    return s
}

# The same of at most n letters or so.
function short_text(s, n) {
    if (length(s) <= n)
        return text(s)
    s = substr(s, 1, n)
    sub(/[\300-\377][\200-\277]*$/, "", s) # a letter that was cut
    return text(s) "&#8230;"
}

# s with a ? for each byte that is no part of a letter.  Overlong forms,
# surrogates and what is beyond U+10FFFF are no letters, nor are controls.
function utf8(s,    out, b, c, n, i) {
    out = ""
    for (i = 1; i <= length(s); i += n) {
        b = byte[substr(s, i, 1)]
        c = byte[substr(s, i + 1, 1)]
        n = b < 128 ? 1 : b < 194 ? 0 : b < 224 ? 2 : b < 240 ? 3 : \
            b < 245 ? 4 : 0
        if (n > 1 && substr(s, i + 1, n - 1) !~ tails[n])
            n = 0
        if ((b == 194 && c < 160) || (b == 224 && c < 160) ||
            (b == 237 && c > 159) || (b == 240 && c < 144) ||
            (b == 244 && c > 143) || (b == 239 && c == 191))
            n = 0
        out = out (n ? substr(s, i, n) : "?")
        n += !n
    }
    return out
}

BEGIN {
    html_init()
    tails[2] = "^[\200-\277]$"
    tails[3] = "^[\200-\277][\200-\277]$"
    tails[4] = "^[\200-\277][\200-\277][\200-\277]$"
}

# s as a number, or "" if it is none: nan, infinity, a word, nothing.
function real(s) {
    gsub(/[dD]/, "e", s)
    if (s !~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/)
        return ""
    s += 0
    return s - s == 0 && s < 1e300 && s > -1e300 ? s : ""
}

function signed(s) {
    if (s ~ /^-[0.]*$/)
        s = substr(s, 2)
    sub(/^-/, minus, s)
    return s
}

# x with so many decimals, or an en dash.
function fixed(x, decimals) {
    return x == "" ? none : signed(sprintf("%.*f", decimals, x))
}

# x with so many significant digits, small and large ones by powers of ten.
function number(x, digits,    a, e, s) {
    if (x == "")
        return none
    a = x < 0 ? -x : x
    if (a == 0)
        return "0"
    s = sprintf("%.*e", digits - 1, x)
    e = substr(s, index(s, "e") + 1) + 0
    if (e >= -4 && e < 6)
        return signed(sprintf("%.*f", digits - 1 > e ? digits - 1 - e : 0, x))
    return signed(substr(s, 1, index(s, "e") - 1)) \
        " \303\227 10<sup>" signed(e "") "</sup>"
}

# A number that somebody chose.
function given(x) {
    return x == "" ? none : signed(sprintf("%.6g", x))
}

# A duration of so many seconds.
function duration(s) {
    if (s == "")
        return none
    if (s < 0.0005)
        return "0 s"
    if (s < 100)
        return number(s, s < 10 ? 2 : 3) " s"
    if (s < 5970)
        return fixed(s / 60, 1) " min"
    return s < 172800 ? fixed(s / 3600, 1) " h" : fixed(s / 86400, 1) " days"
}

function plural(n, one) {
    return n " " one (n == 1 ? "" : "s")
}

# A table.  heads and cells are separated by tabs; a head that begins with >
# stands over numbers.  Cells are HTML.
function table(heads,    n, h, i) {
    print "<div class=\"wide\"><table>\n<thead><tr>"
    n = split(heads, h, "\t")
    for (i = 1; i <= n; i++) {
        cell[i] = h[i] ~ /^>/ ? " class=\"n\"" : ""
        sub(/^>/, "", h[i])
        print "<th" cell[i] ">" h[i] "</th>"
    }
    print "</tr></thead>\n<tbody>"
}

function row(cells, class,    n, c, i, s) {
    n = split(cells, c, "\t")
    s = "<tr" (class == "" ? "" : " class=\"" class "\"") ">"
    for (i = 1; i <= n; i++)
        s = s "<td" cell[i] ">" (c[i] == "" ? none : c[i]) "</td>"
    print s "</tr>"
}

function table_end() {
    print "</tbody></table></div>"
}

function section(id, title) {
    if (in_section++)
        print "</section>"
    print "<section id=\"" id "\">\n<h2>" title "</h2>"
}

function para(s) {
    print "<p>" s "</p>"
}

function note(s) {
    print "<p class=\"note\">" s "</p>"
}

# What most readers pass over.
function details(summary) {
    print "<details><summary>" summary "</summary>"
}

function details_end() {
    print "</details>"
}

function tile(value, words, class) {
    print "<div class=\"tile " class "\"><b>" value "</b><span>" words \
        "</span></div>"
}

# The style and all before the contents.  title is HTML.
function page_head(title, style,    line) {
    print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n" \
        "<meta charset=\"utf-8\"/>\n" \
        "<meta http-equiv=\"Content-Security-Policy\" content=\"" \
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n" \
        "<meta name=\"viewport\" content=\"width=device-width, " \
        "initial-scale=1\"/>\n" \
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n" \
        "<title>" title "</title>\n<style>"
    while ((getline line < style) > 0)
        print line
    close(style)
    print "</style>\n</head>\n<body>\n<main>"
}

function page_end() {
    print "</section>\n</main>\n</body>\n</html>"
}
