"""The version of every JSON object that sleepdoc prints or writes."""

SCHEMA = 1
