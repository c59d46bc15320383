"""Currencies: their codes and signs, and which signs have several meanings."""

from __future__ import annotations

from sources.pricing.words import words

CODES = words(
    "USD EUR GBP CHF AUD CAD NZD SGD HKD JPY CNY INR BRL MXN SEK NOK DKK PLN CZK HUF RON ILS ZAR TRY KRW TWD THB PHP"
    " IDR MYR VND AED SAR RUB UAH NGN KES EGP CLP COP ARS PEN UYU PYG BOB CRC GTQ DOP HNL NIO JMD TTD BGN ISK RSD MKD"
    " MDL BYN GEL KZT UZS AZN QAR KWD BHD OMR JOD LBP PKR LKR BDT NPR MUR KHR MMK MNT MOP GHS TZS UGX ZMW RWF ETB XOF"
    " XAF NAD BWP MAD TND DZD"
)
"""ISO 4217 codes that may stand beside an amount in a line; codes that are rather words (ALL, TOP, CUP) are not."""

SPOKEN_CODES = words("TRY MAD PEN MOP RON CAD COP")
"""Codes that capitals may also mean as a word: a code only where no word follows the number ("TRY 14 DAYS")."""

RAND = "\ue052"
"""Stands in the lines of South African pages for the letter R before an amount."""

SIGNS: dict[str, str | None] = {
    "US$": "USD", "U$S": "USD", "U$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "CAN$": "CAD",
    "CAD$": "CAD", "US $": "USD", "AU $": "AUD", "CA $": "CAD", "NZ $": "NZD", "HK $": "HKD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD", "AR$": "ARS", "CL$": "CLP",
    "CO$": "COP", "COL$": "COP", "RD$": "DOP", "J$": "JMD", "TT$": "TTD", "N$": "NAD", "MOP$": "MOP", "$U": "UYU",
    "BZ$": "BZD", "GY$": "GYD", "G$": "GYD", "E£": "EGP", "LB£": "LBP", "CN¥": "CNY", "JP¥": "JPY",
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND",
    "₱": "PHP", "฿": "THB", "₦": "NGN", "₸": "KZT", "₾": "GEL", "₼": "AZN", "֏": "AMD", "₡": "CRC", "₲": "PYG",
    "₵": "GHS", "GH₵": "GHS", "៛": "KHR", "₭": "LAK", "₮": "MNT", "৳": "BDT", "円": "JPY", "원": "KRW",
    RAND: "ZAR",
    "$": None, "¥": None, "元": None, "₨": None,
    "zł": "PLN", "Zł": "PLN", "zl": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "Lei": "RON", "LEI": "RON",
    "Fr.": "CHF", "SFr.": "CHF", "SFr": "CHF", "sFr.": "CHF", "TL": "TRY", "RM": "MYR", "Rp": "IDR", "Rp.": "IDR",
    "KSh": "KES", "Ksh": "KES", "KShs": "KES", "S/.": "PEN", "S/": "PEN", "đ": "VND", "VNĐ": "VND", "RMB": "CNY",
    "TSh": "TZS", "Tsh": "TZS", "USh": "UGX", "Ush": "UGX", "FRw": "RWF", "Frw": "RWF", "Rwf": "RWF",
    "руб.": "RUB", "руб": "RUB", "рублей": "RUB", "рубля": "RUB", "рубль": "RUB", "р.": "RUB", "грн.": "UAH",
    "грн": "UAH", "лв.": "BGN", "лв": "BGN", "บาท": "THB", "ر.س": "SAR", "د.إ": "AED",
    "kr.": None, "kr": None, "Kr.": None, "Kr": None, "Rs.": None, "Rs": None,
    "US dollars": "USD", "US dollar": "USD", "dollars": None, "dollar": None, "euros": "EUR", "euro": "EUR",
    "Euro": "EUR", "FCFA": None, "F CFA": None, "CFA": None,
}  # fmt: skip
"""What stands beside an amount in a line, and its code; None where the sign has several meanings."""

SAME_SIGN = {
    "dollars": "$", "dollar": "$", "kr.": "kr", "Kr": "kr", "Kr.": "kr", "Rs.": "Rs", "₨": "Rs",
    "F CFA": "FCFA", "CFA": "FCFA",
}  # fmt: skip
"""Other ways to write an ambiguous sign."""

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "元": ("CNY", "TWD", "HKD"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "Rs": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "FCFA": ("XOF", "XAF"),
}
"""What an ambiguous sign may mean."""

SIGN_CHARACTERS = RAND + "$€£₹₽₩₺₴₪₫₱฿₦¥₸₾₼֏₡₲₵៛₭₮৳₨円元원"
"""Characters that are a currency wherever they stand beside a number."""

GLUED = words("円 元 원 บาท")
"""Signs of scripts that put no space before the next word."""

NO_CENTS = words("JPY KRW VND IDR CLP PYG ISK HUF UGX TZS RWF XOF XAF")
"""Currencies without cents in use: three digits after a mark are thousands."""

THREE_DECIMALS = words("KWD BHD OMR JOD TND")
"""Currencies with a thousandth: three digits after a dot may well be a fraction."""

LOCAL_SIGNS: dict[str, str | None] = {
    "Lek": "ALL", "Fdj": "DJF", "Nfk": "ERN",
    "R": "ZAR", "R₣": "RWF", "RF": "RWF", "P": None, "Q": "GTQ", "q": "GTQ", "E": "SZL", "D": "GMD",
    "L": None, "K": None, "G": "HTG", "D.": None, "yen": "JPY", "yuan": "CNY", "圆": "CNY", "圓": None,
    "人民币": "CNY", "pound": "GBP", "pounds": "GBP", "stg": "GBP", "franc": None, "francs": None, "Re": "INR",
    "ரூ": None, "රු": "LKR", "र": "INR", "nis": "ILS", "NIS": "ILS", 'ש"ח': "ILS", "ש'ח": "ILS", "ש״ח": "ILS",
    "ش.ج": "ILS", "zl": "PLN", "hrn": "UAH", "тг": "KZT", "ден": "MKD", "ДЕН": "MKD", "din": None, "дин": None,
    "Дин": None, "км": "BAM", "KM": "BAM", "с": None, "som": None, "so'm": "UZS", "S'": "UZS", "Sʻ": "UZS",
    "lari": "GEL", "ლარი": "GEL", "ლ": "GEL", "Rbl": None, "Ar": "MGA", "MT": "MZN", "GFr": "GNF", "FG": "GNF",
    "Fbu": "BIF", "FBu": "BIF", "Ks": "MMK", "Nu": "BTN", "Nu.": "BTN", "Vt": "VUV", "VT": "VUV", "kwz": "AOA",
    "Kz": "AOA", "Sl": None, "Esc": "CVE", "ID": "IQD", "NT": "TWD", "Dh": "AED", "Dhs": "AED", "$b": "BOB",
    "¢": None, "GBp": None, "BTC": None, "Ƀ": None, "₿": None, "SPL": None, "CND": None, "ብር": "ETB", "ናቕፋ": "ERN",
    "نافكا": "ERN", "ج.م": "EGP", "ج.س": "SDG", "ج.س.": "SDG", "دج": "DZD", "د.ج": "DZD", ".د.ب": "BHD",
    "د.ب": "BHD", "د.ت": "TND", "د.ك": "KWD", "دينار كويتي": "KWD", "د.أ": "JOD", "د.ا": "JOD",
    "دينار أردني": "JOD", "دينار": None, "د.": None, "د.م": "MAD", "د.ل": "LYD", "ل.د": "LYD", "د.ع": "IQD",
    "ع.د": "IQD", "ر.ع": "OMR", "ر.ق": "QAR", "ر.ي": "YER", "ل.س": "SYP", "ل.ل": "LBP", "ش.ص": None, "KD": "KWD",
    "BD": "BHD", "Br": None, "درهم": None, "ريال": None, "ریال": "IRR", "تومان": None, "جنيه": None,
}  # fmt: skip
"""Signs too short or too rare to be looked for in a line; they count where all of a text is known to be a price."""
