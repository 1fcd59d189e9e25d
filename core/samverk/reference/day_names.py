"""The names of holidays and of other days when nobody meets, in Bokmål, Nynorsk, Swedish and English.

Which day has which name is in `meeting_days`.
"""

from collections.abc import Mapping

# Names stand as in running text, and a page raises the first letter where it needs to.
# Nynorsk is our own: the package `holidays` has no such names.
DAY_NAMES: Mapping[str, Mapping[str, str]] = {
    kind: {"nb": nb, "nn": nn, "sv": sv, "en": en}
    for kind, nb, nn, sv, en in (
        ("new_year_day", "første nyttårsdag", "første nyttårsdag", "nyårsdagen", "New Year's Day"),
        ("epiphany", "helligtrekongersdag", "heilagtrekongarsdag", "trettondedag jul", "Epiphany"),
        ("maundy_thursday", "skjærtorsdag", "skjertorsdag", "skärtorsdagen", "Maundy Thursday"),
        ("good_friday", "langfredag", "langfredag", "långfredagen", "Good Friday"),
        ("easter_sunday", "første påskedag", "første påskedag", "påskdagen", "Easter Sunday"),
        ("easter_monday", "andre påskedag", "andre påskedag", "annandag påsk", "Easter Monday"),
        ("labour_day", "arbeidernes dag", "første mai", "första maj", "Labour Day"),
        ("constitution_day", "grunnlovsdagen", "grunnlovsdagen", "Norges nationaldag", "Norway's Constitution Day"),
        ("ascension_day", "kristi himmelfartsdag", "kristi himmelfartsdag", "Kristi himmelsfärdsdag", "Ascension Day"),
        ("whit_sunday", "første pinsedag", "første pinsedag", "pingstdagen", "Whit Sunday"),
        ("whit_monday", "andre pinsedag", "andre pinsedag", "annandag pingst", "Whit Monday"),
        ("national_day_se", "Sveriges nasjonaldag", "Sveriges nasjonaldag", "nationaldagen", "Sweden's National Day"),
        ("midsummer_eve", "midtsommeraften", "midtsommaraftan", "midsommarafton", "Midsummer Eve"),
        ("midsummer_day", "midtsommerdagen", "midtsommardagen", "midsommardagen", "Midsummer Day"),
        ("all_saints_day", "allehelgensdag", "allehelgensdag", "alla helgons dag", "All Saints' Day"),
        ("christmas_eve", "julaften", "julaftan", "julafton", "Christmas Eve"),
        ("christmas_day", "første juledag", "første juledag", "juldagen", "Christmas Day"),
        ("boxing_day", "andre juledag", "andre juledag", "annandag jul", "Boxing Day"),
        ("new_year_eve", "nyttårsaften", "nyttårsaftan", "nyårsafton", "New Year's Eve"),
        ("saturday", "lørdag", "laurdag", "lördag", "Saturday"),
        ("sunday", "søndag", "søndag", "söndag", "Sunday"),
        ("holy_week", "den stille uke", "den stille veka", "stilla veckan", "Holy Week"),
        ("between_christmas_and_new_year", "romjulen", "romjula", "mellandagarna", "between Christmas and New Year"),
        ("july", "juli (ferie)", "juli (ferie)", "juli (semester)", "July (holidays)"),
    )
}

# What the package calls its holidays in its own default language of each country.
KIND_OF_LIBRARY_NAME: Mapping[str, str] = {
    "Første nyttårsdag": "new_year_day",
    "Skjærtorsdag": "maundy_thursday",
    "Langfredag": "good_friday",
    "Første påskedag": "easter_sunday",
    "Andre påskedag": "easter_monday",
    "Arbeidernes dag": "labour_day",
    "Grunnlovsdag": "constitution_day",
    "Kristi himmelfartsdag": "ascension_day",
    "Første pinsedag": "whit_sunday",
    "Andre pinsedag": "whit_monday",
    "Første juledag": "christmas_day",
    "Andre juledag": "boxing_day",
    "Nyårsdagen": "new_year_day",
    "Trettondedag jul": "epiphany",
    "Långfredagen": "good_friday",
    "Påskdagen": "easter_sunday",
    "Annandag påsk": "easter_monday",
    "Första maj": "labour_day",
    "Kristi himmelsfärdsdag": "ascension_day",
    "Pingstdagen": "whit_sunday",
    "Annandag pingst": "whit_monday",
    "Nationaldagen": "national_day_se",
    "Midsommardagen": "midsummer_day",
    "Alla helgons dag": "all_saints_day",
    "Juldagen": "christmas_day",
    "Annandag jul": "boxing_day",
}
