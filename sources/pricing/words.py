"""The words that pricing pages use, in the languages that the reader knows, and the patterns made of them."""

from __future__ import annotations

import re

from detente.records import Period


def words(text: str) -> frozenset[str]:
    """The words of a text that lists some."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """The phrases of a text that lists some between commas."""
    return frozenset(part.strip() for part in text.split(","))


_PERIODS: dict[Period, str] = {
    "hour": "hour hourly hours hr hrs h stunde std heure hora",
    "day": "day daily days tag täglich jour día dia dag",
    "week": "week weekly wk woche wöchentlich semaine semana settimana",
    "month": "month months monthly mo mos mth mnth mon monat monate monatlich mtl mois mensuel mensuelle mensuellement"
    " mes meses mensual mensuales mensile mese mês mensal maand maandelijks miesiąc månad måned mnd mån",
    "quarter": "quarter quarterly quartal vierteljährlich trimestre trimestriel trimestral",
    "year": "year years yearly yr yrs annum annual annually pa p.a jahr jahre jährlich an ans année annuel annuelle"
    " annuellement año anual anuales anno annuale ano jaar jaarlijks rok år",
    "one_time": "one-time onetime one-off lifetime perpetual einmalig",
}
PERIODS = {word: period for period, words in _PERIODS.items() for word in words.split()}

CONNECTORS = words("/ per a an each every pro je par por al à p au cada alle a im")
BILLED = words(
    "billed paid charged invoiced billing payable facturé facturée facturés abgerechnet abrechnung zahlbar"
    " facturado facturados pagado when if with"
)
ADVERBS = words(
    "monthly yearly annually annual hourly daily weekly quarterly one-time onetime one-off lifetime perpetual einmalig"
    " monatlich jährlich mtl wöchentlich täglich vierteljährlich mensuel mensuelle mensuellement annuel annuelle"
    " annuellement mensual anual mensile annuale mensal maandelijks jaarlijks p.a pa annum"
)
UNIT_ADJECTIVES = words(
    "active additional extra named full paid paying registered concurrent licensed billable individual end single actif"
    " actifs aktiver aktivem aktive activo activos"
)
_UNITS = {
    "user": "user users utilisateur utilisateurs nutzer benutzer usuario usuarios utente gebruiker utilizador",
    "seat": "seat seats siège place platz arbeitsplatz",
    "member": "member members teammate teammates mitglied membre",
    "agent": "agent agents",
    "editor": "editor editors",
    "person": "person people persons personne",
    "employee": "employee employees mitarbeiter employé empleado",
    "contact": "contact contacts",
    "device": "device devices gerät endpoint endpoints",
    "computer": "computer computers pc pcs",
    "app": "app apps application applications",
    "site": "site sites website websites",
    "domain": "domain domains",
    "host": "host hosts",
    "server": "server servers",
    "project": "project projects projekt projet proyecto",
    "developer": "developer developers dev devs",
    "workspace": "workspace workspaces",
    "account": "account accounts",
    "location": "location locations store stores",
    "license": "license licenses licence licences lizenz",
    "GB": "gb gib gigabyte",
    "TB": "tb tib terabyte",
    "build": "build builds",
    "minute": "minute minutes min mins",
    "credit": "credit credits",
    "job": "job jobs",
    "transaction": "transaction transactions",
    "message": "message messages",
    "request": "request requests",
    "event": "event events",
    "document": "document documents",
    "invoice": "invoice invoices",
    "node": "node nodes",
    "team": "team teams équipe",
    "client": "client clients customer customers",
}
UNITS: dict[str, str] = {word: unit for unit, words in _UNITS.items() for word in words.split()}

BADGE = re.compile(
    r"^\W*(?:(?:the )?most popular|popular|best (?:value|seller|deal|for \w+)|recommended|our pick|new|beta|hot"
    r"|featured"
    r"|great value|save [\d%$€£. ]+|\d+ ?% off|current plan|beliebt(?:este[rs]?)?|empfohlen|populaire|recommandé"
    r"|más popular|coming soon|limited (?:time )?offer|special offer)\W*$",
    re.I,
)
FREE = phrases(
    "free,free forever,forever free,free plan,always free,free of charge,no charge,gratis,gratuit,"
    "gratuite,kostenlos,kostenfrei,gratuito,free for ever,free for life,for free,free / month,free/month,"
    "free /month,free/mo,free per month"
)
CUSTOM = phrases(
    "custom,customized,customised,custom pricing,custom price,custom quote,custom plan,contact us,"
    "contact sales,contact us for pricing,contact us for a quote,contact us for details,"
    "contact sales for pricing,contact us for price,let's talk,let’s talk,lets talk,let's chat,let’s chat,"
    "on request,price on request,pricing on request,upon request,available on request,price upon request,"
    "request a quote,request quote,request pricing,get a quote,get quote,get a custom quote,talk to us,"
    "talk to sales,talk to an expert,call us,call for pricing,call for price,bespoke,poa,quote,by quote,"
    "sur devis,sur demande,auf anfrage,preis auf anfrage,individuell,nous contacter,contactez-nous,"
    "contactez nous,a medida,contactar,su richiesta,op aanvraag,get in touch,tailored,individual pricing,"
    "sob consulta,enterprise pricing"
)
SALES_CALL = re.compile(
    r"\b(?:contact (?:us|sales)|talk to (?:us|sales)|get in touch|request a quote|get a quote|nous contacter"
    r"|contactez|kontakt)",
    re.I,
)
PLACEHOLDER = re.compile(r"\{\{|\}\}|\$\{|<%|%>|\[\[|\{%|@@|%[A-Z_]{3,}%|\{[a-z_.]+\}")
NOT_A_NAME = re.compile(
    r"^\W*(?:features?|includes?|included|what['’]s included.*|what you get.*|everything in .*|all .* plus.*"
    r"|pricing|prices?"
    r"|price list|plans?(?: (?:and|&) pric\w+)?|pric\w+ (?:and|&) plans?|per (?:user|month|year|seat).*|month"
    r"|year|monthly|annual(?:ly)?"
    r"|yearly|billed .*|or|from|starting (?:at|from)|only|just|now|as low as|up to|for .*|perfect for.*"
    r"|ideal for.*|best for.*"
    r"|limits?|support|key features?|faqs?|frequently asked.*|save .*|pay .*|compare .*|choose .*|tarifs?|preise"
    r"|precios|(?:an?|the)"
    r"|buy(?: now)?|sign ?up.*|get started.*|start .*|try .*|subscribe.*|order.*|learn more.*|select.*"
    r"|add to cart|usd|eur|gbp)\W*$",
    re.I,
)
NAME_LABEL = re.compile(
    r"(?:plan|tier|package|pkg|product|pricing|price|card|offer|edition|subscription|pack|level)[-_]*(?:name"
    r"|title|heading|header|hd|head|label|type)\b"
    r"|(?:^|[\s_-])(?:name|title|heading)(?:$|\s)|\bplan\b(?=\s|$)"
)
PRICE_LABEL = re.compile(
    r"\b(?:price|pricing|prices|cost|costs|fee|rate|monthly|yearly|annual|annually|month|year|from|preis|preise"
    r"|prix|precio|tarif"
    r"|monatlich|jährlich|mensuel|annuel|subscription|billed|billing|starting|per|pay|amount|total)\b",
    re.I,
)
FOREIGN_LABEL = re.compile(
    r"(?<![a-z])(?:testimonials?|blockquotes?|reviews?|case-?stud(?:y|ies)|customer-stor(?:y|ies)|competitors?"
    r"|versus|calculator|calc|estimat(?:e|or|ion)|cookies?|savings|roi|related-posts?|blog)(?![a-z])"
)
QUOTE_LABEL = re.compile(r"(?<![a-z])quotes?(?![a-z])")
ADDON_HEADING = re.compile(
    r"\badd[- ]?ons?\b|\bextras\b|^optional\b|\badditional\b|^extra (?!large|small|big)|\bzusatz\w*"
    r"|\boptions supplémentaires\b",
    re.I,
)
VERSUS = re.compile(
    r"\b(?:vs\.?|versus|competitors?|alternatives?|other (?:tools|providers|vendors)|typical|elsewhere|them"
    r"|others|in-house|diy)\b",
    re.I,
)
STRUCK_LABEL = re.compile(
    r"strike|line-?through|crossed|old-?price|price-?old|was-?price|regular-?price|original-?price|list-?price"
    r"|compare-?at"
)
YES = re.compile(
    r"^\W*(?:[✓✔☑✅●•⬤🗸]|yes|y|included|true|check(?:ed|mark)?|tick|ja|oui|sí|si)\W*$|^[✓✔☑✅●⬤🗸•]\ufe0f?$", re.I
)
NO = re.compile(r"^\s*(?:[-–—✗✘✕✖×❌☒⨯]\ufe0f?|no|n|not included|none|false|n/a|nein|non|not available)\s*$", re.I)
YES_LABEL = re.compile(r"(?<![a-z])(?:check(?:ed|mark)?|tick|yes|included|success|available|on)(?![a-z])")
NO_LABEL = re.compile(
    r"(?<![a-z])(?:cross|times|close|no|not|excluded?|disabled|unavailable|inactive|minus|dash|xmark|missing|off"
    r"|unincluded|line-?through)(?![a-z])"
)
UNLIMITED = re.compile(r"\b(?:unlimited|unbegrenzt\w*|illimité\w*|ilimitad\w*|infinite|no limit)\b|∞", re.I)
BILLING_MONTHLY = re.compile(r"(?:^|[\s_=-])(?:monthly|month|mo|mensuel|monatlich|mensual)(?:$|[\s_=-])")
BILLING_ANNUAL = re.compile(r"(?:^|[\s_=-])(?:annual|annually|yearly|year|annuel|jährlich|anual)(?:$|[\s_=-])")
STATED_UNIT = re.compile(
    r"^\W*(?:all )?(?:prices|pricing|plans)\b[\w ]{0,30}\bper ([a-z]+)\W*(?:[,;.(*]|$|per|and|excl|incl)", re.I
)
DATA_MONTHLY = re.compile(r"^data-(?:[a-z-]*-)?(?:monthly|month)(?:-[a-z]+)?$")
DATA_ANNUAL = re.compile(r"^data-(?:[a-z-]*-)?(?:annual|annually|yearly|year)(?:-[a-z]+)?$")
