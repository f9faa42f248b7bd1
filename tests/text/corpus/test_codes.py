"""Lot codes, dates, checked numbers and GS1 strings: counters are unique, dates agree, checks hold."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from stdnum import ean, iban, imei, imo, isbn, iso6346, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_37_36, mod_97_10

from generator.core.errors import ConfigError, RangeError
from generator.text.corpus.check.gs1 import KNOWN, ElementString
from generator.text.corpus.check.scheme import SCHEMES, vin_check_digit
from generator.text.corpus.checked import Checked
from generator.text.corpus.date import Dates
from generator.text.corpus.grammar.counter import counter
from generator.text.corpus.grammar.life import life
from generator.text.corpus.grammar.moment import writer
from generator.text.corpus.lot_code import LotCode
from generator.text.port import Ask


def drawn(corpus, count, seed=0, place=0):
    rng = np.random.default_rng(seed)
    return [corpus.draw(Ask(index=i, split="train", seed=seed, place=place), rng) for i in range(count)]


PROOFS = {
    "ean13": ean.is_valid,
    "ean8": ean.is_valid,
    "upc_a": ean.is_valid,
    "gtin14": ean.is_valid,
    "sscc": lambda number: ean.calc_check_digit(number[:-1]) == number[-1],
    "isbn13": isbn.is_valid,
    "iso6346": iso6346.is_valid,
    "vin": lambda number: vin_check_digit(number) == number[8],
    "imei": imei.is_valid,
    "imo": imo.is_valid,
    "uic_wagon": luhn.is_valid,
    "iban": iban.is_valid,
    "luhn": luhn.is_valid,
    "verhoeff": verhoeff.is_valid,
    "damm": lambda number: bool(Checked(schemes=("damm",)).matches(number)),
    "mod97": mod_97_10.is_valid,
    "mod37_36": mod_37_36.is_valid,
    "mod11_2": mod_11_2.is_valid,
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_check_digits_hold(scheme):
    corpus = Checked(schemes=(scheme,), grouped=0.5)
    made = drawn(corpus, 1200)
    assert all(PROOFS[scheme](text.replace(" ", "")) for text in made)
    assert all(corpus.matches(text) for text in made[:200])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_changed_digit_is_noticed(scheme):
    corpus = Checked(schemes=(scheme,), grouped=0)
    for text in drawn(corpus, 50):
        last = text[-1]
        assert not corpus.matches(text[:-1] + ("1" if last != "1" else "2"))


def test_known_numbers_are_proved():
    assert vin_check_digit("1M8GDM9AXKP042788") == "X"
    assert Checked(schemes=("ean13",)).matches("4 006381 333931")
    assert Checked(schemes=("iso6346",)).matches("CSQU 305438 3")
    assert Checked(schemes=("imei",)).matches("49 015420 323751 8")


def test_a_prefix_is_kept_and_one_that_cannot_be_is_refused():
    assert all(text.startswith("400") for text in drawn(Checked(schemes=("ean13",), prefix="400", grouped=0), 50))
    with pytest.raises(RangeError, match="prefix"):
        Checked(schemes=("ean13",), prefix="4A")


@pytest.mark.parametrize(("scheme", "prefix"), [("iban", "DE"), ("iban", "GB"), ("vin", "WDB12345"), ("mod97", "AB")])
def test_a_prefix_chooses_among_the_forms_of_a_number(scheme, prefix):
    corpus = Checked(schemes=(scheme,), prefix=prefix)
    assert all(text.startswith(prefix) and corpus.matches(text) for text in drawn(corpus, 100))


@pytest.mark.parametrize(("scheme", "prefix"), [("iban", "DE3"), ("iban", "XX"), ("vin", "WDB123456")])
def test_a_prefix_that_check_digits_would_split_is_refused(scheme, prefix):
    with pytest.raises(RangeError, match="before its check digits"):
        Checked(schemes=(scheme,), prefix=prefix)


TEMPLATES = (
    "L{date:%y%j}{line:[A-D]}{counter:05d}",
    "{plant:(DE|FR|IT)}{date:%1y%j}-{plant}-{batch:[A-Z]\\d{3}}",
    "{{{counter:6b36}}} {check:mod37_36}",
    "B{date:%g%V}{shift:[123]}{check:luhn}",
    "LOT {date:%y%m%d} {time:%H:%M}\nEXP {expiry:%d.%m.%Y}",
    "{counter:4X}/{counter:5b32}{check:mod97}",
    "{date:%L%y}{x:[0-9A-Z]{4}}{check:mod43}",
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_codes_match_their_template(template):
    corpus = LotCode(templates=(template,), shelf_life=("90 days", "1 year"))
    made = drawn(corpus, 1500)
    assert [text for text in made if not corpus.matches(text)] == []


def test_a_code_that_contradicts_itself_is_noticed():
    corpus = LotCode(templates=("{date:%y%m%d} {date:%j} {expiry:%Y-%m-%d}{check:luhn}",), shelf_life=("1 month",))
    assert corpus.matches("260131 031 2026-02-28" + luhn.calc_check_digit("26013103120260228"))
    assert not corpus.matches("260131 032 2026-02-28" + luhn.calc_check_digit("26013103220260228"))
    assert not corpus.matches("260131 031 2026-03-03" + luhn.calc_check_digit("26013103120260303"))
    assert not corpus.matches("260231 031 2026-02-28" + luhn.calc_check_digit("26023103120260228"))


@pytest.mark.parametrize("order", ["rising", "scattered"])
def test_counters_are_unique_over_the_set(order):
    corpus = LotCode(templates=("{counter:04d}",), order=order, start=0, per_image=2)
    made = drawn(corpus, 2500) + drawn(corpus, 2500, place=1)
    assert len(set(made)) == 5000
    if order == "scattered":
        assert max(Counter(text[0] for text in made).values()) < 700
    else:
        assert drawn(corpus, 3) == ["0000", "0002", "0004"]


def test_a_counter_that_has_run_over_is_an_error_in_one_paragraph():
    with pytest.raises(ConfigError, match="at most 2 digits") as caught:
        drawn(LotCode(templates=("{counter:02d}",), start=95), 10)
    assert "\n" not in str(caught.value)


def test_counters_are_printed_in_their_base():
    assert counter("05d").text(42) == "00042" and counter("04X").text(255) == "00FF"
    assert counter("4b36").text(46655) == "0ZZZ" and counter("b32").text(32 * 31 + 18) == "ZJ"
    assert all(counter("6b32").value(counter("6b32").text(n)) == n for n in (0, 1, 31, 32, 10**8))


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("L{date:%Q}", "%Q"),
        ("L{counter:z}", "counter"),
        ("L{line}", "{line}"),
        ("L{line:[A-D]", "position 1"),
        ("L}", "position 1"),
        ("L{check:luhm}", "luhn"),
        ("{check:luhn}", "before"),
        ("{a:x}{a:y}", "twice"),
        ("{a:(x)\\1}", "references"),
        ("{9:x}", "position 1"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused(template, what):
    with pytest.raises(RangeError) as caught:
        LotCode(templates=("A", template))
    assert caught.value.field == "templates[1]" and what in str(caught.value) and "\n" not in str(caught.value)


def test_a_month_after_the_last_day_of_january_is_the_last_of_february():
    assert date(2026, 1, 31) + life("1 month") == date(2026, 2, 28)
    assert date(2024, 2, 29) + life("1 year - 1 day") == date(2025, 2, 27)
    assert date(2026, 3, 1) + life("3 weeks") == date(2026, 3, 22)
    with pytest.raises(RangeError):
        life("soon")


def test_dates_are_written_as_their_country_does():
    day = date(2027, 1, 3)
    forms = {("%d.%m.%y", "en"): "03.01.27", ("%1y%j", "en"): "7003", ("%G-W%V-%u", "en"): "2026-W53-7"}
    forms |= {("%-d %^b %Y", "en"): "3 JAN 2027", ("%L%y", "en"): "A27", ("short", "de"): "03.01.27"}
    forms |= {("short", "en_US"): "1/3/27", ("medium", "fr"): "3 janv. 2027", ("%B", "el"): "Ιανουαρίου"}
    forms |= {("dd MMM yyyy", "pl"): "03 sty 2027", ("%A", "ru"): "воскресенье"}
    assert {key: writer(*key)(day) for key in forms} == forms


def test_days_of_the_year_and_years_of_weeks_are_written_where_they_are_meant():
    day = date(2027, 1, 3)
    assert writer("yyyy-DDD")(day) == "2027-003" and writer("YYYY-'W'ww")(day) == "2027-W01"
    assert writer("%d.%m.%Y %%")(day) == "03.01.2027 %"
    with pytest.raises(RangeError, match=r"expected 'dd\.MM\.yyyy' \(D is the day of the year"):
        writer("DD.MM.YYYY")


def test_made_and_expiry_of_a_text_agree():
    corpus = Dates(texts={"en": ("MFG {date}\nEXP {expiry}",)}, formats=("%Y-%m-%d",), shelf_life=("18 months",))
    for text in drawn(corpus, 2000):
        made, gone = (date.fromisoformat(line[4:]) for line in text.split("\n"))
        assert date(2024, 1, 1) <= made <= date(2028, 12, 31) and gone == made + life("18 months")
    assert not corpus.matches("MFG 2026-01-01\nEXP 2027-07-02") and not corpus.matches("MFG 2023-01-01\nEXP 2024-07-01")


@pytest.mark.parametrize("locale", ["en", "de", "fr", "pl", "ru", "el", "tr", "ar", "he", "hi", "th", "ja", "zh", "ko"])
def test_dates_of_every_locale_fit_and_hold_nothing_unseen(locale):
    forms = ("short", "medium", "long", "%d %b %Y", "%a %d.%m.")
    for digits, case in (("latin", "as_is"), ("arabic", "upper")):
        corpus = Dates(texts={locale: ("{expiry} {time}",)}, formats=forms, digits=digits, case=case)
        assert all(corpus.matches(text) and text.isprintable() for text in drawn(corpus, 30))


@pytest.mark.parametrize("form", ["brackets", "spaced", "lines"])
def test_element_strings_hold(form):
    corpus = ElementString(elements=("01 17 10", "01 11 15 17 21", "00 02 37", " ".join(KNOWN)), form=form)
    made = drawn(corpus, 250)
    assert [text for text in made if not corpus.matches(text)] == []
    assert not corpus.matches(made[0].replace("(", "["))


def test_an_element_string_with_a_wrong_key_or_date_is_noticed():
    corpus = ElementString(elements=("01 11 17",), shelf_life=("2 years",))
    assert corpus.matches("(01)09501101530003(11)241231(17)261231")
    assert not corpus.matches("(01)09501101530004(11)241231(17)261231")
    assert not corpus.matches("(01)09501101530003(11)241231(17)271231")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("first", "31.01.2026"),
        ("last", "2020-01-01"),
        ("shelf_life", ("1 fortnight",)),
        ("shelf_life", ("9999 years",)),
        ("shelf_life", ("-3000 years",)),
        ("shelf_life", ("101 years",)),
        ("formats", ("%H:%M",)),
        ("formats", ("%",)),
        ("formats", ("100 %%",)),
        ("formats", ("%d.%m.% ",)),
        ("formats", ("DD.MM.YYYY",)),
        ("formats", ("YYYY-MM-dd",)),
        ("texts", {"xx_YY": ("{expiry}",)}),
        ("texts", {"en": ("no date",)}),
        ("times", ("%d",)),
    ],
)
def test_a_wrong_field_of_dates_is_named(field, given):
    with pytest.raises(RangeError) as caught:
        Dates(**{field: given})
    assert caught.value.field.startswith(field) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "template"),
    [
        ("lot", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("lot", "{lot:[A-Z]{21}}"),
        ("lot", "Ü{counter:03d}"),
        ("serial", "{counter:021d}"),
    ],
)
def test_a_lot_or_serial_that_gs1_does_not_allow_is_refused(field, template):
    corpus = ElementString(elements=("01 10 21",), **{field: template})
    with pytest.raises(ConfigError, match=rf"{field}: expected a template of 1 to 20"):
        corpus.draw(Ask(index=0, split="train", seed=0), np.random.default_rng(0))
