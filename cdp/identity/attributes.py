"""Which attributes tell who somebody is: when one of them changes, its subject is compared with others again."""

from typing import Final

_NAMES: Final = """
    address address_line addresses birth_date birth_place city email first_name gender house_number house_number_suffix
    initials last_name middle_name mobile_phone name name_prefix nickname phone postcode street
"""
IDENTIFYING: Final = frozenset(_NAMES.split())
"""By their names in the catalog; the SQL function `identifying_attributes` says the same."""
