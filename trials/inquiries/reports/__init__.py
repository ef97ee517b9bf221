"""Reports for leads and the export of inquiries."""
