"""Chinese and Arabic numerals, read only where a pattern asks for a number."""

DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}
WRITTEN = "零〇一二两三四五六七八九十廿百千万半壹贰叁肆伍陆柒捌玖拾佰仟"
LONGEST = 20  # characters: nobody means a longer one
# 三点五 is a number, the 点 of 八点五分 belongs to a clock. A run is read from its beginning
# only and as a whole, so that 4,000 digits cost no more than 4,000 steps.
NUMERAL = (
    rf"(?:(?<!\d)\d++(?:\.\d++)?[千万]?"
    rf"|(?<![{WRITTEN}])[{WRITTEN}]++(?:点[零〇一二三四五六七八九]+(?!分))?)"
)


def read_number(text: str) -> float | None:
    """The value of one numeral; None when it is none (五六 means 'about', so does not count)."""
    if not text or len(text) > LONGEST:
        return None
    if text == "半":
        return 0.5
    if text[0].isdigit():
        return _arabic(text)
    if all(one in DIGITS for one in text) and len(text) > 1:
        return _digit_run(text)
    whole, point, tenths = text.partition("点")
    value = _spoken(whole.replace("廿", "二十"))
    if not point or value is None:
        return value
    return value + float(f"0.{_digits(tenths)}") if whole and _digits(tenths) else None


def _arabic(text: str) -> float | None:
    """1.5, and with one unit behind it: 1.2万."""
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1] in UNITS else (text, 1)
    try:
        return round(float(number) * unit, 6)
    except ValueError:
        return None


def _digit_run(text: str) -> float | None:
    """二〇二六 is 2026; a run of two (五六) is an estimate, not a number."""
    if len(text) == 2 and text[0] not in "零〇":
        return None
    return float(_digits(text))


def _digits(text: str) -> str:
    """二〇二六 as 2026; empty when one of them is no digit."""
    return "".join(str(DIGITS[one]) for one in text) if set(text) <= set(DIGITS) else ""


def _spoken(text: str) -> float | None:
    total, section, digit = 0, 0, 0
    unit = 1
    for one in text:
        if one in DIGITS:
            digit = DIGITS[one]
            unit = 10 if one in "零〇" else unit  # 两千零五 ends in ones
            continue
        if one not in UNITS:
            return None
        unit = UNITS[one]
        if unit == 10000:
            total, section = (total + section + digit) * unit, 0
        else:
            section += (digit or 1) * unit
        digit = 0
    tail = digit * (unit // 10 if unit > 10 and digit else 1)  # 三百五 is 350
    return float(total + section + tail)
