"""What each process may do with the education pages and the vocabularies."""

from clinic.database_roles import ADD, ALL, READ, Grants, tables_of

# What readers say is added at the public door and read behind it.
_OF_READERS = ("education_helpfulvote", "education_pagecomment")
_EVIDENCE = "education_evidencecheck"
_SHOWN = {
    table: READ for table in tables_of("education", READ) if table not in {*_OF_READERS, _EVIDENCE}
}

GRANTS: Grants = {
    "public": _SHOWN | {table: ["INSERT"] for table in _OF_READERS},
    # A check of a source is never changed; it goes with its page.
    "staff": tables_of("education", ALL) | {_EVIDENCE: [*ADD, "DELETE"]},
    "worker": tables_of("education", ALL) | {_EVIDENCE: READ},
}
