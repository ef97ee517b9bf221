"""What each process may do with the education pages and the vocabularies."""

from clinic.database_roles import ALL, READ, Grants, tables_of

GRANTS: Grants = {
    "public": tables_of("education", READ),
    "staff": tables_of("education", ALL),
    "worker": tables_of("education", ALL),
}
