"""Identifier values that many people share, or that stand for nobody: they must never link two subjects.

Lower case. Data, not rules: `cdp.keys.blind` says how they are compared.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAILBOXES: Final = _words("""
    abuse accounts admin administratie administrator afspraak afspraken all beheer bestellingen billing
    boekhouding bounce bounces bureau careers compliance contact crediteuren customerservice debiteuren default
    donotreply do-not-reply do.not.reply do_not_reply
    dpo enquiries everyone facturen facturatie feedback finance financien
    frontoffice guest hallo hello help helpdesk hi hostmaster hr ict info informatie inkoop invoice invoices it
    jobs kantoor klantenservice klantcontact kcc legal mail mailbox mailer-daemon management marketing media
    news newsletter nieuwsbrief no-reply no.reply noreply no_reply
    nobody noc office orders personeelszaken planning post
    postbus postmaster pr press privacy receptie reception reply root sales secretariaat security service
    servicedesk shop spam staff support team test tester testing usenet verkoop welkom webmaster webshop winkel
    www
""")
"""The local parts of mailboxes that belong to a role and not to a person (RFC 2142 and practice)."""

NOBODY: Final = _words("""
    - -- . .. ? ?? _ * # 0 -1 anoniem anonymous dummy empty error example fake false fout geen gast guest klant
    leeg missing n.a n.a. n.v.t n.v.t. n/a na nan nb nil niemand nobody none null nulls nvt n.b. onbekend
    placeholder sample string tba tbd temp test tester testing test123 test1 todo true undefined unknown unset
    user void voorbeeld x xx xxx y yyy z zzz (null) <null> (none) [null] {null} {} []
""") | frozenset({"[object object]", "not set", "(not set)", "not applicable", "niet bekend", "niet van toepassing"})
"""What people and programs write where there is no value."""

OPEN_MAIL_DOMAINS: Final = _words("""
    10minutemail.com dispostable.com getnada.com grr.la guerrillamail.com mailinator.com maildrop.cc
    sharklasers.com temp-mail.org tempmail.com throwawaymail.com trashmail.com yopmail.com
""")
"""Domains whose mailboxes anyone may read."""
