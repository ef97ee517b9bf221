"""The site's icons: strokes in a 24 by 24 box, coloured by the text around them."""

PATHS: dict[str, str] = {
    "alert": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17h.01"/>',
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "ask": '<circle cx="12" cy="12" r="9"/>'
    '<path d="M9.5 9.4c.3-3 5.2-2.8 5 .2 0 2-2.5 2-2.5 4M12 17h.01"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="3"/>'
    '<path d="M3.5 10h17M8 3v4M16 3v4"/>',
    "check": '<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.8 2.8L16 9.5"/>',
    "globe": '<circle cx="12" cy="12" r="9"/>'
    '<path d="M3 12h18M12 3c6 6 6 12 0 18-6-6-6-12 0-18z"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="3"/><path d="m4 8 8 6 8-6"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "note": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.8h.01"/>',
    "phone": '<path d="M6 3.5h3l1.6 4.4-2 1.7a12 12 0 0 0 5.8 5.8l1.7-2 4.4 1.6v3a2 2 0'
    " 0 1-2.2 2A17 "
    '17 0 0 1 4 5.7a2 2 0 0 1 2-2.2z"/>',
    "place": '<path d="M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21z"/>'
    '<circle cx="12" cy="9.5" r="2.5"/>',
    "print": '<path d="M7 8.5V3.5h10v5M7 17H4.5a1 1 0 0 1-1-1V9.5a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1V16'
    'a1 1 0 0 1-1 1H17"/><path d="M7 13.5h10v7H7z"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "stop": '<path d="M8.2 2.8h7.6l5.4 5.4v7.6l-5.4 5.4H8.2l-5.4-5.4V8.2z"/>'
    '<path d="M12 7.5v5.5M12 16.5h.01"/>',
}
