"""Throw-away values for DEMO=1, published with the source: production refuses each of them."""

VALUES = {
    "SECRET_KEY": "demo-only-secret-key-published-with-the-source-code-never-use-it",
    "RECEIPT_KEY": "demo-only-receipt-key-published-with-the-source-code",
    "LOOKUP_KEY": "demo-only-lookup-key-published-with-the-source-code",
    "SEALING_PUBLIC_KEY": "demo:sS6ZYY1nMQPdg4arH8Zx0Zd_vlCyqf911ILVg9nuewM=",
    "SEALING_PRIVATE_KEYS": "demo:ABXaMzI_6tBB-OE1wMAJVMSqiV6Z2uMWytuuTnwMfXE=",
}


def published(given: dict[str, str]) -> list[str]:
    """Return the names of the variables that have one of these values."""
    return [name for name, value in given.items() if value and value == VALUES[name]]


def used_twice(given: dict[str, str]) -> list[str]:
    """Return the names of the secrets that share a value: a leak of one would be one of both."""
    values = [*given.values()]
    return [name for name, value in given.items() if value and values.count(value) > 1]
