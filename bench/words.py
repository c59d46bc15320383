"""The words that the bench's pages are made of; all names are invented."""

from __future__ import annotations

COMPANIES = (
    "amberquay", "birchfen", "coldmere", "duskwell", "elmhollow", "fallowby", "gorsehill", "hazelwick", "ivorymoor",
    "juniperay", "kestrelby", "larkford", "mossgate", "netherpine", "oakrill", "pebblewick", "quarrybank", "rowanmere",
    "sedgeley", "thornbury", "umberfield", "vetchcombe", "willowby", "yarrowdale",
)  # fmt: skip
FEATURES = (
    "Unlimited projects", "3 projects", "10 GB storage", "250 GB storage", "Email support", "Priority support",
    "Phone support", "Single sign-on", "Audit log", "Custom fields", "API access", "Webhooks", "Two-factor sign-in",
    "Time tracking", "Guest access", "Data export", "Roles and permissions", "Shared calendars", "Templates library",
    "Onboarding session", "Uptime agreement", "Dedicated manager", "Offline mode", "Mobile apps", "Sandbox",
    "Workflow automation", "Invoice by mail", "Version history", "Bulk edit", "Branding",
)  # fmt: skip
NOUNS = (
    "report", "board", "calendar", "import", "export", "filter", "search", "inbox", "form", "template", "invoice",
    "webhook", "dashboard", "comment", "mention", "attachment", "shortcut", "timeline", "reminder", "archive",
)  # fmt: skip
VERBS = (
    "Added a", "Improved the", "Fixed a rare error in the", "Reworked the", "Made it easier to find the",
    "Translated the", "Removed the old", "Documented the", "Sped up the",
)  # fmt: skip
ENDINGS = (
    "for large teams", "on slow connections", "in the mobile apps", "when two people edit at once", "for guests",
    "after a restart", "with long names", "in right-to-left languages", "for accounts with many members",
)  # fmt: skip
QUESTIONS = (
    "Can we change the plan later?", "Do you offer a trial?", "What happens to our data when we leave?",
    "Which ways to pay do you accept?", "Is there a discount for schools?", "Where are the servers?",
    "How do you count members?", "Can we have an invoice?", "What is included in support?",
)  # fmt: skip
QUOTES = (
    "It paid for itself in three weeks.", "We saved 400 hours in the first year.", "Our night shift likes it.",
    "The first tool that nobody complained about.", "Support answered within ten minutes.",
    "We dropped two other tools and keep $900 a month.", "Planning takes a coffee now, not a Sunday.",
)  # fmt: skip
NEWEST_MAJOR = 9
