"""Names of months and weekdays, and of the halves of a day, in the languages of exports.

The names are those of Unicode CLDR 48 for all regions of a language, and the short name of March
that Java 8 writes in German. `tests/audit/test_calendar_names.py` compares them with CLDR.
"""

# ruff: noqa: RUF001 - many names have Cyrillic or Greek letters

from __future__ import annotations

import unicodedata
from functools import cache

from zsupport.clock.problem import BadText, shown
from zsupport.errors import did_you_mean
from zsupport.wording import Message

# Names are in lower case and without a final dot. `|` separates several names of a month. A short
# name that begins only the names of one month is omitted, because `_numbers` accepts it anyway.
_MONTHS = {
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "ca": "gener febrer març abril maig juny juliol agost|ag setembre octubre novembre desembre",
    "cs": (
        "ledna|leden února března|březen dubna|duben května|květen června|červen|čvn "
        "července|červenec|čvc srpna|srpen září října|říjen listopadu prosince|prosinec"
    ),
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "de": (
        "januar|jänner februar märz|mrz april mai juni juli august september oktober november "
        "dezember"
    ),
    "el": (
        "ιανουαρίου|ιανουάριοσ φεβρουαρίου|φεβρουάριοσ μαρτίου|μάρτιοσ απριλίου|απρίλιοσ "
        "μαΐου|μάιοσ ιουνίου|ιούνιοσ ιουλίου|ιούλιοσ αυγούστου|αύγουστοσ|αὐγούστου|αὔγουστοσ "
        "σεπτεμβρίου|σεπτέμβριοσ οκτωβρίου|οκτώβριοσ|ὀκτωβρίου|ὀκτώβριοσ νοεμβρίου|νοέμβριοσ "
        "δεκεμβρίου|δεκέμβριοσ"
    ),
    "en": ("january february march april may june july august september october november december"),
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre "
        "noviembre diciembre"
    ),
    "et": (
        "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember"
    ),
    "fi": (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta "
        "syyskuuta lokakuuta marraskuuta joulukuuta"
    ),
    "fr": (
        "janvier février mars avril mai juin|jui juillet août septembre octobre novembre décembre"
    ),
    "hr": (
        "siječnja|siječanj veljače|veljača ožujka|ožujak travnja|travanj svibnja|svibanj "
        "lipnja|lipanj srpnja|srpanj kolovoza rujna|rujan listopada studenoga|studeni "
        "prosinca|prosinac"
    ),
    "hu": (
        "január február március április május június július augusztus szeptember október "
        "november december"
    ),
    "is": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember",
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre"
    ),
    "lt": (
        "sausio|sausis vasario|vasaris kovo|kovas balandžio|balandis gegužės birželio|birželis "
        "liepos|liepa rugpjūčio|rugpjūtis rugsėjo|rugsėjis spalio|spalis lapkričio|lapkritis "
        "gruodžio|gruodis"
    ),
    "lv": (
        "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris "
        "novembris decembris"
    ),
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nl": (
        "januari februari maart|mrt april mei juni juli augustus september oktober november "
        "december"
    ),
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "pl": (
        "stycznia|styczeń lutego|luty marca|marzec kwietnia|kwiecień maja czerwca|czerwiec "
        "lipca|lipiec sierpnia|sierpień września|wrzesień października listopada "
        "grudnia|grudzień"
    ),
    "pt": (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    ),
    "ro": (
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie "
        "noiembrie|nov decembrie"
    ),
    "ru": (
        "января|январь февраля|февраль марта апреля|апрель мая|май июня|июнь июля|июль августа "
        "сентября|сентябрь октября|октябрь ноября|ноябрь декабря|декабрь"
    ),
    "sk": (
        "januára februára marca|marec apríla mája júna júla augusta septembra|september "
        "októbra|október novembra|november decembra|december"
    ),
    "sl": ("januar februar marec april maj junij julij avgust september oktober november december"),
    "sv": ("januari februari mars april maj juni juli augusti september oktober november december"),
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "uk": (
        "січня|січень лютого|лютий березня|березень квітня|квітень травня|травень "
        "червня|червень липня|липень серпня|серпень вересня|вересень жовтня|жовтень листопада "
        "грудня|грудень"
    ),
}
_WEEKDAYS = {
    "bg": "понеделник|пн вторник|вт сряда|ср четвъртък|чт петък|пт събота|сб неделя|нд",
    "ca": "dilluns|dl dimarts|dt dimecres|dc dijous|dj divendres|dv dissabte|ds diumenge|dg",
    "cs": "pondělí|po úterý|út středa|st čtvrtek|čt pátek|pá sobota|so neděle|ne",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "de": "montag|mo dienstag|di mittwoch|mi donnerstag|do freitag|fr samstag|sa sonntag|so",
    "el": "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "et": "esmaspäev|e teisipäev|t kolmapäev|k neljapäev|n reede|r laupäev|l pühapäev|p",
    "fi": (
        "maanantaina|ma tiistaina|ti keskiviikkona|ke torstaina|to perjantaina|pe lauantaina|la "
        "sunnuntaina|su"
    ),
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "hr": "ponedjeljak utorak srijeda četvrtak petak subota nedjelja",
    "hu": "hétfő|h kedd|k szerda csütörtök|cs péntek|p szombat vasárnap|v",
    "is": "mánudagur þriðjudagur miðvikudagur fimmtudagur föstudagur laugardagur sunnudagur",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lt": (
        "pirmadienis|pr antradienis|an trečiadienis|tr ketvirtadienis|kt penktadienis|pn "
        "šeštadienis|št sekmadienis|sk"
    ),
    "lv": "pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena",
    "nb": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "nl": "maandag|ma dinsdag|di woensdag|wo donderdag|do vrijdag|vr zaterdag|za zondag|zo",
    "nn": "måndag|må tysdag|ty onsdag|on torsdag|to fredag|fr laurdag|la søndag|sø",
    "pl": "poniedziałek wtorek|wt środa|śr czwartek piątek|pt sobota niedziela",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "ro": "luni marți miercuri joi vineri sâmbătă duminică",
    "ru": "понедельник|пн вторник|вт среда|ср четверг|чт пятница|пт суббота|сб воскресенье|вс",
    "sk": "pondelok|po utorok|ut streda|st štvrtok|št piatok|pi sobota|so nedeľa|ne",
    "sl": "ponedeljek torek sreda četrtek petek sobota nedelja",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "tr": "pazartesi|pzt salı çarşamba perşembe cuma|cum cumartesi|cmt pazar|paz",
    "uk": "понеділок|пн вівторок|вт середа|ср четвер|чт пʼятниця|пт субота|сб неділя|нд",
}
_HALVES = {
    "cs": "dop odp",
    "el": "πμ μμ",
    "fi": "ap ip",
    "fr": "mat|matin soir",
    "hu": "de du",
    "is": "fh eh",
    "lt": "priešpiet popiet",
    "lv": "priekšp|priekšpusdienā|priekšpusdiena pēcp|pēcpusdienā|pēcpusd|pēcpusdiena",
    "nn": "fm em",
    "pt": "damanhã|manhã datarde|tarde",
    "sl": "dop|dopoldne pop|popoldne",
    "sv": "fm em",
    "tr": "öö ös",
    "uk": "дп пп",
}

#: The languages of names.
LANGUAGES = tuple(_MONTHS)
#: The shortest name that stands for the longer names that begin with it.
_SHORTEST = 3


def language_of_locale(text: str) -> str:
    """Return the language of a locale such as `es`, `es-MX` or `es_ES.UTF-8`; raise BadText."""
    language = text.replace("_", "-").partition("-")[0].partition(".")[0].casefold()
    language = "nb" if language == "no" else language
    if language not in LANGUAGES:
        raise BadText(
            Message("unknown locale {text}", text=shown(text)),
            Message("one of {languages}", languages=", ".join(LANGUAGES)),
            did_you_mean(text, LANGUAGES),
        )
    return language


def month_of(name: str, language: str) -> int | None:
    """Return the number of a month, from 1; None for another text.

    Letter case and a final dot are ignored. At least three letters stand for the name that begins
    with them, if it is only one.
    """
    return _numbers(_MONTHS[language]).get(_folded(name))


def weekday_of(name: str, language: str) -> int | None:
    """Return the number of a weekday, from Monday as 1; None for another text."""
    return _numbers(_WEEKDAYS[language]).get(_folded(name))


def is_afternoon(name: str, language: str) -> bool | None:
    """Return whether a text is PM; None if it is neither AM nor PM.

    Letter case, dots and spaces are ignored. English is understood in every language.
    """
    letters = "".join(letter for letter in _folded(name) if letter.isalpha())
    if letters in ("am", "pm"):
        return letters == "pm"
    before, _, after = _HALVES.get(language, "").partition(" ")
    if letters and letters in before.split("|"):
        return False
    return True if letters and letters in after.split("|") else None


def languages_of_month(name: str) -> tuple[str, ...]:
    """Return the languages in which a text is a name of a month."""
    return tuple(language for language in LANGUAGES if month_of(name, language))


@cache
def _numbers(names: str) -> dict[str, int]:
    """Return the number of each name, and of each short name that stands for one of them."""
    full = {
        name: number for number, group in enumerate(names.split(), 1) for name in group.split("|")
    }
    short: dict[str, set[int]] = {}
    for name, number in full.items():
        for length in range(_SHORTEST, len(name)):
            short.setdefault(name[:length], set()).add(number)
    return {name: min(numbers) for name, numbers in short.items() if len(numbers) == 1} | full


def _folded(name: str) -> str:
    """Return a name as in the tables."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded).rstrip(".")
