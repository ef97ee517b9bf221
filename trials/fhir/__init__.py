"""The trials as HL7 FHIR R4B resources, for systems of hospitals that match patients to trials."""
