# A plot as inline SVG: axes with ticks that people would choose, linear or
# logarithmic; lines, points, bands of error; a legend.
#
#   plot("title", "x", "y", "options")   options: logx logy square whole (x)
#   s = series("legend", "line points dash thin open area", colour 1 to 5)
#   point(s, x, y, "tip")                a tip is HTML, shown at the pointer
#   span(s, x, low, high)                of an area
#   level(y, "legend", colour), diagonal("legend", factor, colour)
#   plot_end("caption")
#
# A point that an axis cannot show, missing or not above 0 on a logarithmic
# one, is left out.  Colours are classes, c1 to c5, of the page's style.

function plot(title, x, y, options) {
    plot_title = title
    x_label = x
    y_label = y
    x_log = options ~ /logx/
    y_log = options ~ /logy/
    plot_square = options ~ /square/
    x_whole = options ~ /whole/
    nseries = 0
    split("", series_n)
    x_low = x_high = y_low = y_high = ""
}

function series(legend, look, colour) {
    nseries++
    series_legend[nseries] = legend
    series_look[nseries] = look
    series_colour[nseries] = colour
    series_n[nseries] = 0
    return nseries
}

# Axes are in units of log10 where they are logarithmic.
function on_axis(v, is_log) {
    if (v == "")
        return ""
    return !is_log ? v : v > 0 ? log(v) / log(10) : ""
}

function point(s, x, y, tip) {
    span(s, x, y, y, tip)
}

function span(s, x, low, high, tip,    n) {
    x = on_axis(x, x_log)
    low = on_axis(low, y_log)
    high = on_axis(high, y_log)
    if (x == "" || low == "" || high == "")
        return
    n = ++series_n[s]
    px[s, n] = x
    py[s, n] = low
    pz[s, n] = high
    ptip[s, n] = tip
    stretch(x, low)
    stretch(x, high)
}

function stretch(x, y) {
    if (x != "") {
        x_low = x_low == "" || x < x_low ? x : x_low
        x_high = x_high == "" || x > x_high ? x : x_high
    }
    if (y != "") {
        y_low = y_low == "" || y < y_low ? y : y_low
        y_high = y_high == "" || y > y_high ? y : y_high
    }
}

function level(y, legend, colour,    s) {
    if (on_axis(y, y_log) == "")
        return
    s = series(legend, "level thin dash", colour)
    py[s, 1] = on_axis(y, y_log)
    stretch("", py[s, 1])
}

# y = factor x
function diagonal(legend, factor, colour, look,    s) {
    s = series(legend, "diagonal thin " look, colour)
    py[s, 1] = factor
}

# An axis a little longer than its data, and of some length.
function padded(is_x, is_log,    low, high, pad) {
    low = is_x ? x_low : y_low
    high = is_x ? x_high : y_high
    if (high - low < 1e-9 * (high < 0 ? -high : high) || high == low) {
        pad = is_log ? 0.5 : high == 0 ? 1 : 0.1 * (high < 0 ? -high : high)
    } else {
        pad = 0.05 * (high - low)
    }
    if (is_x) {
        x_low = low - pad
        x_high = high + pad
    } else {
        y_low = low - pad
        y_high = high + pad
    }
}

# 1, 2 or 5 times a power of ten: the first that gives at most n steps.
function tick_step(range, n,    step, raw, e) {
    raw = range / n
    e = int(log(raw) / log(10))
    while (10 ^ e > raw)
        e--
    step = 10 ^ e
    return step >= raw ? step : 2 * step >= raw ? 2 * step : \
        5 * step >= raw ? 5 * step : 10 * step
}

function floor(x) {
    return int(x) > x ? int(x) - 1 : int(x)
}

# Places of ticks in tick[], their words in tick_word[]; how many.
function ticks(low, high, is_log, room, whole,    n, k, step, decimals, first, x) {
    if (is_log && high - low >= 1)
        return log_ticks(low, high, room)
    if (is_log) { # within a decade
        n = 0
        step = tick_step(10 ^ high - 10 ^ low, room)
        for (k = floor(10 ^ low / step) + 1; k * step <= 10 ^ high; k++) {
            tick[++n] = log(k * step) / log(10)
            tick_word[n] = tick_text(k * step, step)
        }
        return n
    }
    step = tick_step(high - low, room)
    step = whole && step < 1 ? 1 : step
    first = floor(low / step - 1e-9) + 1
    n = 0
    for (k = first; k * step <= high + 1e-9 * step; k++) {
        tick[++n] = k * step
        tick_word[n] = tick_text(k * step, step)
    }
    return n
}

function log_ticks(low, high, room,    n, k, every) {
    n = 0
    every = floor((high - low) / room) + 1
    for (k = floor(low - 1e-9) + 1; k <= high + 1e-9; k++)
        if (k % every == 0) {
            tick[++n] = k
            tick_word[n] = k < -3 || k > 4 ? "10" raised(k) : \
                tick_text(10 ^ k, 10 ^ k)
        }
    return n
}

function tick_text(x, step,    decimals) {
    decimals = 0
    while (decimals < 9 && step * 10 ^ decimals < 0.999999)
        decimals++
    return signed(sprintf("%.*f", decimals, x))
}

# k as an exponent, in small raised figures.
function raised(k,    s, i, c, up) {
    split("\342\201\260 \302\271 \302\262 \302\263 \342\201\264 \342\201\265 " \
        "\342\201\266 \342\201\267 \342\201\270 \342\201\271", up, " ")
    s = ""
    k = k ""
    for (i = 1; i <= length(k); i++) {
        c = substr(k, i, 1)
        s = s (c == "-" ? "\342\201\273" : up[c + 1])
    }
    return s
}

function sx(x) {
    return sprintf("%.1f", box_left + (x - x_low) / (x_high - x_low) * box_w)
}

function sy(y) {
    return sprintf("%.1f", box_top + (y_high - y) / (y_high - y_low) * box_h)
}

# The frame: 460 wide, legends above, labels below and at the left.
function plot_end(caption,    s, height, rows) {
    print "<figure>"
    if (x_low == "" || y_low == "") {
        note(plot_title ": nothing to show yet.")
        print "</figure>"
        return 0
    }
    for (s = 1; s <= nseries; s++)
        if (!series_n[s] && series_look[s] !~ /level|diagonal/)
            series_legend[s] = ""
    padded(1, x_log)
    padded(0, y_log)
    if (plot_square) {
        x_low = y_low = x_low < y_low ? x_low : y_low
        x_high = y_high = x_high > y_high ? x_high : y_high
    }
    rows = legend_rows()
    box_left = 58
    box_w = 460 - box_left - 12
    box_top = 12 + 18 * rows
    box_h = plot_square ? 270 : 220
    height = box_top + box_h + 44
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 460 " \
        height "\" role=\"img\" aria-label=\"" plot_title "\">"
    print "<title>" plot_title "</title>"
    axes()
    for (s = 1; s <= nseries; s++)
        draw(s)
    legends()
    print "</svg>"
    if (caption != "")
        print "<figcaption>" caption "</figcaption>"
    print "</figure>"
    return 1
}

function axes(    n, i) {
    n = ticks(x_low, x_high, x_log, 7, x_whole)
    for (i = 1; i <= n; i++)
        if (tick_word[i] != "") {
            print "<path class=\"grid\" d=\"M" sx(tick[i]) " " box_top "v" \
                box_h "\"/>"
            label(sx(tick[i]), box_top + box_h + 16, "middle", tick_word[i])
        }
    n = ticks(y_low, y_high, y_log, 6)
    for (i = 1; i <= n; i++) {
        print "<path class=\"grid\" d=\"M" box_left " " sy(tick[i]) "h" \
            box_w "\"/>"
        label(box_left - 6, sy(tick[i]) + 4, "end", tick_word[i])
    }
    print "<path class=\"axis\" d=\"M" box_left " " box_top "v" box_h "h" \
        box_w "\"/>"
    print "<text x=\"" box_left + box_w / 2 "\" y=\"" box_top + box_h + 36 \
        "\" text-anchor=\"middle\">" x_label "</text>"
    print "<text transform=\"translate(13 " box_top + box_h / 2 \
        ") rotate(-90)\" text-anchor=\"middle\">" y_label "</text>"
}

function label(x, y, anchor, words) {
    print "<text class=\"tick\" x=\"" x "\" y=\"" y "\" text-anchor=\"" \
        anchor "\">" words "</text>"
}

# Letters of a text that may hold entities and bytes of UTF-8.
function letters(s) {
    gsub(/&[a-z#0-9]*;/, "x", s)
    gsub(/[\200-\277]/, "", s)
    return length(s)
}

function legend_rows(    s, x, rows) {
    x = 0
    rows = 0
    for (s = 1; s <= nseries; s++)
        if (series_legend[s] != "") {
            if (!rows || x + 40 + 6.4 * letters(series_legend[s]) > 450) {
                rows++
                x = 0
            }
            legend_x[s] = x + 8
            legend_y[s] = 18 * rows
            x += 40 + 6.4 * letters(series_legend[s])
        }
    return rows
}

function legends(    s, x, y) {
    for (s = 1; s <= nseries; s++)
        if (series_legend[s] != "") {
            x = legend_x[s]
            y = legend_y[s] - 4
            if (series_look[s] ~ /area/)
                print "<rect class=\"area f" series_colour[s] "\" x=\"" x \
                    "\" y=\"" y - 5 "\" width=\"20\" height=\"10\"/>"
            if (series_look[s] ~ /line|level|diagonal/)
                print "<path class=\"" curve_class(s) "\" d=\"M" x " " y \
                    "h20\"/>"
            if (series_look[s] ~ /points|dots/)
                mark(s, x + 10, y, "")
            print "<text x=\"" x + 25 "\" y=\"" y + 4 "\">" series_legend[s] \
                "</text>"
        }
}

function curve_class(s) {
    return "curve c" series_colour[s] (series_look[s] ~ /dash/ ? " dash" : "") \
        (series_look[s] ~ /thin/ ? " thin" : "")
}

# A circle or, of colour 2, a square: colours alone do not tell all readers.
function mark(s, x, y, tip,    class) {
    class = series_look[s] ~ /open/ ? "open c" series_colour[s] : \
        "f" series_colour[s]
    tip = tip == "" ? "/>" : "><title>" tip "</title></"
    if (series_colour[s] == 2)
        print "<rect class=\"" class "\" x=\"" x - 3.4 "\" y=\"" y - 3.4 \
            "\" width=\"6.8\" height=\"6.8\"" tip (tip == "/>" ? "" : "rect>")
    else
        print "<circle class=\"" class "\" cx=\"" x "\" cy=\"" y \
            "\" r=\"3.7\"" tip (tip == "/>" ? "" : "circle>")
}

function draw(s,    look, n, i, y) {
    look = series_look[s]
    n = series_n[s]
    if (look ~ /level/)
        print "<path class=\"" curve_class(s) "\" d=\"M" box_left " " \
            sy(py[s, 1]) "h" box_w "\"/>"
    if (look ~ /diagonal/)
        draw_diagonal(s)
    if (look ~ /area/ && n > 1) {
        printf "<path class=\"area f%d\" d=\"", series_colour[s]
        for (i = 1; i <= n; i++)
            print (i == 1 ? "M" : "L") sx(px[s, i]) " " sy(pz[s, i])
        for (i = n; i > 0; i--)
            print "L" sx(px[s, i]) " " sy(py[s, i])
        print "Z\"/>"
    }
    if (look ~ /line/ && n > 1) {
        printf "<path class=\"%s\" d=\"", curve_class(s)
        for (i = 1; i <= n; i++)
            print (i == 1 ? "M" : "L") sx(px[s, i]) " " sy(py[s, i])
        print "\"/>"
    }
    if (look ~ /points/ && n <= 400)
        for (i = 1; i <= n; i++)
            mark(s, sx(px[s, i]), sy(py[s, i]), ptip[s, i])
    # many: one path of round dots
    if ((look ~ /dots/ && n) || (look ~ /points/ && n > 400)) {
        printf "<path class=\"dots c%d\" d=\"", series_colour[s]
        for (i = 1; i <= n; i++)
            print "M" sx(px[s, i]) " " sy(py[s, i]) "h0"
        print "\"/>"
    }
}

# Both axes linear, or both logarithmic; factor > 0.
function draw_diagonal(s,    factor, shift, from, to) {
    factor = py[s, 1]
    shift = x_log ? log(factor) / log(10) : 0
    factor = x_log ? 1 : factor
    from = (y_low - shift) / factor
    from = from > x_low ? from : x_low
    to = (y_high - shift) / factor
    to = to < x_high ? to : x_high
    if (from < to)
        print "<path class=\"" curve_class(s) "\" d=\"M" sx(from) " " \
            sy(factor * from + shift) "L" sx(to) " " \
            sy(factor * to + shift) "\"/>"
}
