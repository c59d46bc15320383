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
    "hour": "hour hourly hours hr hrs h stunde std heure hora uur timme godzina godz hodina óra saat 時間 小时 시간"
    " час",
    "day": "day daily days tag täglich jour día dia dag giorno dzień dziennie gün 日 天 일 день сутки",
    "week": "week weeks weekly wk wks woche wochen wöchentlich semaine semana settimana vecka uke uge tydzień týden"
    " hét hafta 週 周 주 неделю",
    "month": "month months monthly mo mos mth mnth mon monat monate monatlich mtl mois mensuel mensuelle mensuellement"
    " mes meses mensual mensuales mensile mese mesi mês mensal maand maandelijks mnd p.m miesiąc mies miesięcznie"
    " měsíc měs měsíčně hó hónap havonta ay aylık månad månaden måned måneden mnd mån md kuukausi kk 月 月額 月费 月費"
    " 毎月 每月 个月 個月 ヶ月 か月 월 매월 개월"
    " tháng bulan мес месяц месяца міс місяць lună lunar μήνα חודש לחודש شهر شهريا",
    "quarter": "quarter quarterly quartal vierteljährlich trimestre trimestriel trimestral trimestrale kwartaal kvartal"
    " kwartał čtvrtletí negyedév",
    "year": "year years yearly yr yrs annum annual annually pa p.a jahr jahre jährlich an ans année annuel annuelle"
    " annuellement año anual anuales anno all'anno annuale ano anualmente jaar jaarlijks rok roku rocznie ročně rik év"
    " évente yıl yıllık år året årligen vuosi 年 年額 年费 年費 毎年 每年 년 연 매년"
    " años anni jaren năm tahun год года рік έτος שנה לשנה سنة سنويا",
    "one_time": "one-time onetime one-off once-off lifetime perpetual einmalig einmal eenmalig una-tantum jednorazowo"
    " engångs engangs",
}
PERIODS = {word: period for period, words in _PERIODS.items() for word in words.split()}

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "six": "6", "twelve": "12", "zwei": "2", "drei": "3",
    "sechs": "6", "deux": "2", "trois": "3", "dos": "2", "tres": "3", "due": "2", "tre": "3", "twee": "2", "drie": "3",
}  # fmt: skip
"""Numbers as words, where they stand before a period or a unit."""

ODD_PERIODS = words(
    "fortnight fortnightly biweekly bi-weekly semi-annual semi-annually semiannual semiannually half-yearly"
    " halbjährlich semestre semestriel semestral semestrale bimonthly bi-monthly biannual biannually"
)
"""Lengths of time that no period of a record stands for, or words that may mean two of them."""

PER_PERSON = words("p.p pp")

LOOSE_CONNECTORS = words("за в на")
"""Connectors after which only a word that is known is a period or a unit."""

CONNECTORS = words("/ per a an each every pro je par por al à p au cada alle a pr na za im") | LOOSE_CONNECTORS
BILLED = words(
    "billed paid charged invoiced billing payable facturé facturée facturés abgerechnet abrechnung zahlbar"
    " facturado facturados pagado when if with"
)
ADVERBS = words(
    "monthly yearly annually annual hourly daily weekly quarterly one-time onetime one-off once-off lifetime perpetual"
    " einmalig miesięcznie rocznie měsíčně ročně havonta évente aylık yıllık mensuales anualmente eenmalig einmal p.m"
    " all'anno jednorazowo dziennie årligen 月額 月费 月費 毎月 每月 年額 年费 年費 毎年 每年 매월 매년"
    " monatlich jährlich mtl wöchentlich täglich vierteljährlich mensuel mensuelle mensuellement annuel annuelle"
    " annuellement mensual anual mensile annuale mensal maandelijks jaarlijks p.a pa annum"
)
UNIT_ADJECTIVES = words(
    "active additional extra named full paid paying registered concurrent licensed billable individual end single actif"
    " actifs aktiver aktivem aktive activo activos"
)
_UNITS = {
    "user": "user users utilisateur utilisateurs nutzer benutzer anwender usuario usuarios utente utenti gebruiker"
    " utilizador usuário usuários użytkownik użytkownika uživatel uživatele felhasználó kullanıcı användare bruker"
    " bruger ユーザー 用户 用戶 사용자 пользователь пользователя користувача",
    "seat": "seat seats siège place platz arbeitsplatz plaza posto シート 席位",
    "member": "member members teammate teammates mitglied membre",
    "agent": "agent agents",
    "editor": "editor editors",
    "person": "person people persons personne persona persoon 人 인",
    "employee": "employee employees mitarbeiter employé empleado",
    "contact": "contact contacts",
    "device": "device devices gerät geräte appareil dispositivo apparaat 台",
    "endpoint": "endpoint endpoints",
    "computer": "computer computers pc pcs",
    "app": "app apps application applications",
    "site": "site sites website websites",
    "domain": "domain domains",
    "host": "host hosts",
    "server": "server servers",
    "core": "core cores",
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
AFTER_A_CODE = words(
    "per a an each every p pro je par por al plus excl incl exkl inkl zzgl ex inc and or to with without from"
    " for billed paid charged only one monthly yearly annually annual weekly daily hourly month mo year yr vat kdv"
    " tva iva tax net aylık yıllık ay yıl kişi başına user users seat seats"
)
"""Words that may follow an amount whose currency code is an English word, too."""

UNITS: dict[str, str] = {word: unit for unit, words in _UNITS.items() for word in words.split()}

BADGE = re.compile(
    r"^\W*(?:(?:the |our )?most (?:popular|chosen|loved|picked)(?: (?:choice|plan|option|package))?|popular(?: choice)?"
    r"|best (?:value|seller|selling|deal|choice|offer|for \w+)|recommended|our pick|new|beta|hot|featured|bestseller"
    r"|great value|save [\d%$€£. ]+|\d+ ?% off|current plan|coming soon|limited (?:time )?offer|special offer"
    r"|beliebt(?:este(?:[rs])?(?: wahl)?)?|am beliebtesten|meistgewählt|unser tipp|empfohlen|empfehlung"
    r"|(?:le |la )?plus (?:populaire|choisie?|vendue?)|populaire|recommandée?|meilleure offre"
    r"|(?:el |la )?más (?:popular|vendido|elegido)|recomendado|mejor valor|(?:o )?mais (?:popular|vendido|escolhido)"
    r"|(?:il )?più (?:scelto|popolare|venduto)|consigliato|meest (?:gekozen|populair)|populair|aanbevolen"
    r"|populär(?:ast)?"
    r"|mest populära?|rekommenderas|anbefalt|anbefalet|najpopularniejszy|polecany|nejoblíbenější|人気|おすすめ"
    r"|推荐|最受欢迎)\W*$",
    re.I,
)
FREE = phrases(
    "free,free forever,forever free,free plan,always free,free of charge,no charge,at no cost,gratis,gratuit,gratuita,"
    "gratuite,kostenlos,kostenfrei,gratuito,grátis,free for ever,free for life,for free,free / month,free/month,"
    "free /month,free/mo,free per month,dauerhaft kostenlos,für immer kostenlos,0 € für immer,gratis para siempre,"
    "gratuit à vie,100% gratuit,100% free,100% gratis,completely free,totally free,zdarma,darmowy,bezpłatny,za darmo,"
    "ilmainen,ingyenes,бесплатно,безкоштовно,ücretsiz,無料,0円,免费,무료"
)
_CUSTOM_ADJECTIVES = (
    "custom,customized,customised,custom plan,bespoke,tailored,tailor-made,tailor made,individuell,sur mesure,"
    "sur-mesure,"
    "a medida,a la medida,personalizado,personalizada,sob medida,su misura,personalizzato,op maat,skräddarsytt,"
    "skreddersydd,skræddersyet,na míru,indywidualny,indywidualnie,カスタム,定制"
)
CUSTOM_NAMES = phrases(f"{_CUSTOM_ADJECTIVES},enterprise pricing")
"""What means a price on request, and is also what the plan with such a price may be called."""
CUSTOM = CUSTOM_NAMES | phrases(
    "custom pricing,custom price,custom quote,custom quotes,contact us,"
    "contact sales,contact us for pricing,contact us for a quote,contact us for details,contact for pricing,"
    "contact sales for pricing,contact us for price,contact for price,contact us for more information,let's talk,"
    "let’s talk,lets talk,let's chat,let’s chat,on request,price on request,pricing on request,upon request,"
    "available on request,price upon request,prices on request,quote on request,on application,price on application,"
    "request a quote,request quote,request pricing,get a quote,get quote,get a custom quote,talk to us,"
    "talk to sales,talk to an expert,call us,call for pricing,call for price,call for quote,call for a quote,"
    "call us for pricing,email us,email for pricing,inquire,enquire,inquire for pricing,enquire for pricing,poa,quote,"
    "by quote,quoted individually,individual quote,ask for a quote,ask us,to be discussed,quoted,negotiable,"
    "price varies,varies,get in touch,fixed quote,priced per scope,priced per project,quoted per project,"
    "quoted per scope,priced individually,individually priced,by arrangement,individual pricing,"
    "sur devis,sur demande,prix sur demande,tarif sur demande,devis personnalisé,nous contacter,nous consulter,"
    "contactez-nous,contactez nous,demander un devis,demandez un devis,"
    "auf anfrage,preis auf anfrage,preise auf anfrage,individuelles angebot,individueller preis,individuelle preise,"
    "nach vereinbarung,nach absprache,nach aufwand,kontakt,kontaktieren sie uns,kontakt aufnehmen,angebot anfordern,"
    "angebot anfragen,a consultar,consultar,consultar precio,precio a consultar,bajo consulta,bajo presupuesto,"
    "a convenir,precio a medida,contactar,contáctanos,contáctenos,contacta con nosotros,pedir presupuesto,"
    "solicitar presupuesto,su richiesta,prezzo su richiesta,su preventivo,contattaci,richiedi un preventivo,"
    "richiedi preventivo,op aanvraag,prijs op aanvraag,offerte op maat,in overleg,neem contact op,offerte aanvragen,"
    "sob consulta,preço sob consulta,sob orçamento,a combinar,fale conosco,entre em contato,entre em contacto,"
    "contacte-nos,på förfrågan,offert,begär offert,kontakta oss,pris på förfrågan,på forespørsel,kontakt oss,"
    "pris på forespørsel,på forespørgsel,kontakt os,efter aftale,få et tilbud,pyydä tarjous,ota yhteyttä,"
    "wycena indywidualna,indywidualna wycena,do uzgodnienia,cena do negocjacji,cena do uzgodnienia,na zapytanie,"
    "skontaktuj się,skontaktuj się z nami,na vyžádání,individuální,cena na dotaz,na dotaz,dohodou,cena dohodou,"
    "kontaktujte nás,egyedi,egyedi ajánlat,по запросу,индивидуально,договорная,свяжитесь с нами,за запитом,"
    "teklif alın,iletişime geçin,お問い合わせ,お問い合わせください,お問合せ,要お見積もり,お見積もり,要相談,"
    "ご相談ください,"
    "応相談,联系我们,联系销售,咨询,面议,문의,별도 문의"
)
INVITATIONS = phrases(
    "contact us,call us,email us,ask us,get in touch,talk to us,inquire,enquire,let's talk,let’s talk,let's chat,"
    "let’s chat,nous contacter,contactez-nous,contactez nous,kontakt,kontaktieren sie uns,kontakt aufnehmen,contactar,"
    "contáctanos,contáctenos,contacta con nosotros,contattaci,neem contact op,fale conosco,entre em contato,"
    "kontakta oss,kontakt oss,kontakt os,ota yhteyttä,skontaktuj się,kontaktujte nás"
)
"""What means a price on request where a price would stand, and stands on contact cards as well."""
SALES_CALL = re.compile(
    r"\b(?:contact (?:us|sales|our|me)|talk to (?:us|sales|an? |our )|let['’]?s (?:talk|chat)|get in touch|call us"
    r"|(?:request|get|ask for) (?:a |an |your )?(?:custom )?(?:quote|proposal|offer)|book a (?:call|demo|meeting)"
    r"|schedule a (?:call|demo)|nous contacter|contacte[zr]|demande[zr] (?:un devis|une démo)|kontakt|angebot an"
    r"|contáct|contactar|solicit(?:ar|e) |pedir presupuesto|contattac|richiedi|neem contact|offerte aanvragen"
    r"|fale conosco|entre em conta|skontaktuj|ota yhteyttä)"
    r"|お問い合わせ|联系",
    re.I,
)
PLACEHOLDER = re.compile(r"\{\{|\}\}|\$\{|<%|%>|\[\[|\{%|@@|%[A-Z_]{3,}%|\{[a-z_.]+\}")
NOT_A_NAME = re.compile(
    r"^\W*(?:features?|[\w-]+ features|(?:[\w']+ ){0,3}(?:includes?|enthält|beinhaltet|comprend|inclut|incluye|bevat)"
    r"|included|including|what['’]s included.*|what you get.*"
    r"|everything in .*|all .* plus.*"
    r"|you get|includes? .*|all plans include.*|inbegriffen|enthalten|inhalt|内容|incluye.*"
    r"|inclus|comprend.*|leistungen|alles aus .*|tout .* (?:de|du) .*|todo lo de .*"
    r"|pricing|prices?"
    r"|pric(?:ing|es) (?:for|of|that|made|based|starting|information|details|options|model|calculator)\b.*"
    r"|package|costs?|rate|fee|amount|investment|price list|plans?(?: (?:and|&) pric\w+)?"
    r"|pric\w+ (?:and|&) plans?|per (?:user|month|year|seat).*|month"
    r"|year|monthly|annual(?:ly)?"
    r"|yearly|billed .*|or|from|starting (?:at|from)|only|just|now|as low as|up to|perfect for.*"
    r"|ideal (?:for|para|für|pour).*|best for.*|great for.*|suitable for.*|good for.*"
    r"|limits?|support|key features?|faqs?|frequently asked.*|save .*|pay (?!as|per|what).*|compare .*|choose .*"
    r"|tarifs?|preise|precios|(?:an?|the)"
    r"|buy(?: now)?|sign ?up.*|get started.*|start (?!up\b).*|start now|try .*|subscribe.*|order(?: .*)?|learn more.*"
    r"|select (?:plan|this|package|option)\b.*|get it now|buy it now|download.*|read more|more info.*|view .*"
    r"|see .*|add to cart|usd|eur|gbp"
    r"|set-?up(?: fee| cost| price)?|one-?(?:time|off)(?: fee| payment| cost)?|deposit|sub-?total"
    r"|(?:fixed|individual|written) (?:price )?quote\b.*|(?:priced|quoted) (?:per|on|by|at|after|individually)\b.*"
    r"|price per .*|(?:monthly|annual|yearly) price)\W*$",
    re.I,
)
PERIOD_NAME = re.compile(
    r"^(?:monthly|weekly|quarterly|half[- ]yearly|bi-?annual|annual(?:ly)?|yearly|lifetime|month[- ]to[- ]month|daily"
    r"|hourly|(?:\d{1,2}|one|three|six|twelve) (?:days?|weeks?|months?|years?))$",
    re.I,
)
"""What a plan is called where all that is offered differs in how long it lasts."""
PRICE_PREFIX = re.compile(
    r"^(?:price|prices|pricing|cost|fee|preis|preise|prix|tarif|precio|prezzo|prijs|preço|pris|cena)\s*[:=–-]\s*", re.I
)
FOR_WHOM = re.compile(r"^(?:for|für|pour|para|per|voor|för|til|dla|pro)\s", re.I)
"""Begins a plan's name where it is a heading ("For Teams"), and a tag line elsewhere."""
SECTION_TITLE = re.compile(
    r"^\W*(?:(?:our|simple|transparent|flexible|affordable|straightforward|fair|clear|honest|easy|great|the|product"
    r"|competitive|low|upfront|predictable|choose|your|and|&|nos|nuestros|unsere|i nostri|onze|våra)[\s,]+)*"
    r"(?:pricing|prices?|plans?|packages|rates?|fees|subscriptions|memberships|options|services|products|offers"
    r"|price ?list|pricing (?:plans?|tables?|options|packages)|tarifs?|prix|offres|abonnements|preise|tarife|preisliste"
    r"|pakete|precios|planes|tarifas|paquetes|prezzi|piani|listino|prijzen|tarieven|pakketten|preços|planos|pacotes"
    r"|priser|paket|pakker|cennik|pakiety|ceník|ceny|料金|料金プラン|价格)"
    r"(?:\s*(?:&|and|und|et|y|e|en|och|og|\+)\s*(?:pricing|prices?|plans?|packages|rates?|services|features|billing"
    r"|preise|leistungen|tarifs?|prix|precios|planes|priser))?\W*$",
    re.I,
)
"""Says what a section of the page is about, never what one of several plans is called."""
ANSWERS_TITLE = re.compile(
    r"\bfaqs?\b|\bq ?& ?a\b|frequently asked|(?:common|popular|your|more|any|other|have|got) questions\b"
    r"|^questions?\W*$|häufig(?:e|ste|en)? (?:gestellte )?fragen|^fragen (?:und|&) antworten"
    r"|foire aux questions|questions fréquentes"
    r"|vos questions|preguntas frecuentes|domande frequenti|veelgestelde vragen|perguntas frequentes"
    r"|vanliga frågor|ofte stillede spørgsmål|ofte stilte spørsmål|często zadawane pytania|časté (?:otázky|dotazy)"
    r"|よくある(?:ご)?質問|常见问题|частые вопросы",
    re.I,
)
ASIDE_TITLE = re.compile(
    r"\btestimonials?\b|what (?:our|my|people|others|clients|customers|users).{0,30}\bsay(?:ing)?\b|\bsay about us\b"
    r"|(?:customer|success|client) stories|\bcase stud(?:y|ies)\b|^(?:customer |client |user )?reviews\W*$"
    r"|(?:from|on) (?:our|the) (?:blog|journal|news)|(?:latest|recent|related) (?:posts|articles|news|stories)"
    r"|^return on investment|^(?:\w+ )?roi(?: example| calculator)?\W*$|\b(?:price|pricing|cost|savings) calculator\W*$"
    r"|das sagen unsere|kundenstimmen|referenzen|ce que disent|témoignages|lo que dicen|testimonios|dicono di noi"
    r"|wat klanten zeggen|depoimentos",
    re.I,
)
ENTERPRISE_NAME = re.compile(
    r"^(?:enterprise|custom|corporate|bespoke|tailor-?made|entreprise|grand compte|großunternehmen|individuell"
    r"|empresas?|corporativo|su misura|op maat)(?: (?:plan|edition|package|tier|pricing|solutions?|license|licence))?$",
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
    r"(?<![a-z])(?:testimonials?|testimonios?|blockquotes?|reviews?|case-?stud(?:y|ies)|customer-stor(?:y|ies)"
    r"|competitors?"
    r"|versus|calculator|calc|estimat(?:e|or|ion)|cookies?|savings|roi|related-posts?|blog)(?![a-z])"
)
QUOTE_LABEL = re.compile(r"(?<![a-z])quotes?(?![a-z])")
ADDON_HEADING = re.compile(
    r"\badd[- ]?ons?\b|\bextras\b|^optional\b|\badditional\b|^extra (?!large|small|big)|\bzusatz\w*"
    r"|\boptions supplémentaires\b|(?:provision|\b(?:commission|transaction fee|processing fee|overage))s?$",
    re.I,
)
ADDON_LABEL = re.compile(r"(?<![a-z])add-?ons?(?![a-z])")
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
